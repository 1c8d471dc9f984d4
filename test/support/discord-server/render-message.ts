import { isSelect, TYPE } from "./component-rules.ts";
import { page } from "./discord-look.ts";
import { withEmoji } from "./emoji.ts";
import { escapeHtml, type Names } from "./markdown.ts";
import { FLAG } from "./message-rules.ts";
import { button, type Drawn, htmlOfComponents, htmlOfFile, htmlOfText, select } from "./render-components.ts";
import type { Channel, Component, Message, User, World } from "./world.ts";

/** One message in Discord's dark look, as a page of its own: for looking at cards. */
export function htmlOfMessage(world: World, message: Message): string {
  return page(messageHtml(world, message));
}

/** A thread or channel with everything in it, the message it hangs on first. */
export function htmlOfThread(world: World, wanted: string): string {
  const channel = [...world.channels.values()].find((one) => one.id === wanted || one.name === wanted);
  if (!channel) throw new Error(`No thread or channel "${wanted}" in this Discord.`);
  const parent = world.channels.get(channel.parentId ?? "");
  const starter = parent?.messages.get(channel.id);
  const messages = [...(starter ? [starter] : []), ...channel.messages.values()];
  return page(bar(channel, parent) + messages.map((message) => messageHtml(world, message, starter?.id)).join(""));
}

/** A modal as `Asked.modal` holds it; what the person typed (`values`) stands in the fields. */
export function htmlOfModal(world: World, modal: unknown, values: Readonly<Record<string, string>> = {}): string {
  const { title, components } = modal as { title: string; components: Component[] };
  const drawn: Drawn = { names: namesOf(world), attachments: [] };
  const fields = components.map((component) => field(component, drawn, values)).join("");
  const head = `<div class="head">${avatar(world.bot)}<div class="title">${escapeHtml(title)}</div></div>`;
  const foot = `<div class="foot">${button({ type: 2, style: 2, label: "Cancel" })}${button({ type: 2, style: 1, label: "Submit" })}</div>`;
  return page(`<div class="backdrop"><div class="modal">${head}<div class="fields">${fields}</div>${foot}</div></div>`);
}

function namesOf(world: World): Names {
  const roles = () => [...world.guilds.values()].flatMap((guild) => [...guild.roles.values()]);
  return {
    nowMs: () => world.nowMs(),
    user: (id) => nameOf(world.users.get(id)) ?? "unknown-user",
    channel: (id) => world.channels.get(id)?.name ?? "unknown",
    role: (id) => roles().find((role) => role.id === id)?.name ?? "unknown-role",
  };
}

const nameOf = (user: User | undefined) => user?.globalName ?? user?.username;

function bar(channel: Channel, parent: Channel | undefined): string {
  const of = parent ? `<span class="of"># ${escapeHtml(parent.name)} ›</span>` : '<span class="hash">#</span>';
  return `<div class="bar">${of}<span>${escapeHtml(channel.name)}</span></div>`;
}

function avatar(user: User | undefined): string {
  const letter = user?.bot ? PLANE : escapeHtml((nameOf(user) ?? "?")[0]!.toUpperCase());
  return `<div class="avatar" style="background:${user?.colour ?? "#4e5058"}">${letter}</div>`;
}

const PLANE =
  '<svg width="62%" height="62%" viewBox="0 0 24 24" fill="#fff"><path d="M2.500 11.300L20.600 3.200c.8-.4 1.600.4 1.300 1.200l-6.300 16.800c-.3.9-1.600.9-1.900 0l-2.500-6.500 5.600-6.100-7.200 4.600-6.900-.5c-1-.1-1.200-1.100-.2-1.400z"/></svg>';

function messageHtml(world: World, message: Message, starter?: string): string {
  if (message.type === 18) return systemLine(world, message);
  const author = world.users.get(message.authorId);
  const mentionsPeople = message.mentionEveryone || message.mentions.some((id) => id !== world.bot.id);
  const tag = author?.bot ? '<span class="tag">APP</span>' : "";
  const when = `<span class="when">${timeOf(message.createdMs)}</span>`;
  const reply = replyLine(world, message);
  const inside = [
    reply,
    `<div class="who"><span class="name">${escapeHtml(nameOf(author) ?? "Deleted User")}</span>${tag}${when}</div>`,
    bodyHtml(world, message),
    threadLink(world, message, starter),
  ];
  const classes = ["message", mentionsPeople ? "mine" : "", reply ? "answers" : ""].filter(Boolean).join(" ");
  return `<div class="${classes}">${avatar(author)}${inside.join("")}</div>`;
}

function bodyHtml(world: World, message: Message): string {
  if (message.flags & FLAG.loading)
    return '<div class="loading"><span class="dots"><i></i><i></i><i></i></span> thinking…</div>';
  const drawn: Drawn = { names: namesOf(world), attachments: message.attachments };
  const isV2 = (message.flags & FLAG.componentsV2) !== 0;
  const parts = [
    message.content ? htmlOfText(message.content, drawn.names) : "",
    ...(isV2 ? [] : message.attachments.map(htmlOfFile)),
    htmlOfComponents(message.components, drawn),
  ];
  const edited = message.editedMs === undefined ? "" : '<span class="edited">(edited)</span>';
  return `<div class="parts">${parts.join("")}</div>${edited}${privateNote(message)}`;
}

const privateNote = (message: Message) =>
  message.visibleTo === undefined ? "" : '<div class="private">Only you can see this • <a>Dismiss message</a></div>';

/** What is answered, in one line above, with a small picture of whoever is answered. */
function replyLine(world: World, message: Message): string {
  const replied = world.channels.get(message.channelId)?.messages.get(message.replyTo ?? "");
  const { interaction } = message;
  const line = (user: User | undefined, text: string) =>
    `<div class="reply">${avatar(user)}<b>${escapeHtml(nameOf(user) ?? "?")}</b> ${text}</div>`;
  if (replied)
    return line(world.users.get(replied.authorId), htmlOfText(replied.content.split("\n")[0]!, namesOf(world)));
  if (interaction?.name === undefined || message.type !== 20) return "";
  const used = `used <span class="mention">/${escapeHtml(interaction.name)}</span>`;
  return line(world.users.get(interaction.userId), used);
}

function threadLink(world: World, message: Message, starter: string | undefined): string {
  const thread = world.channels.get(message.threadId ?? "");
  if (!thread || message.id === starter) return "";
  const count = thread.messages.size;
  return `<div class="thread-link"><b>${escapeHtml(thread.name)}</b><span>${count} ${count === 1 ? "Message" : "Messages"} ›</span></div>`;
}

function systemLine(world: World, message: Message): string {
  const who = escapeHtml(nameOf(world.users.get(message.authorId)) ?? "?");
  return `<div class="system"><b>${who}</b> started a thread: <b>${escapeHtml(message.content)}</b></div>`;
}

const timeOf = (ms: number) => `Today at ${new Date(ms).toISOString().slice(11, 16)}`;

function field(component: Component, drawn: Drawn, values: Readonly<Record<string, string>>): string {
  if (component.type === TYPE.textDisplay) return htmlOfText(component.content ?? "", drawn.names);
  const input = component.component ?? component.components?.[0];
  if (!input) return "";
  const label = component.label ?? input.label ?? "";
  const star = input.required === false ? "" : "<em>*</em>";
  const hint =
    typeof component.description === "string" ? `<div class="hint">${escapeHtml(component.description)}</div>` : "";
  return `<div class="field"><div class="label">${escapeHtml(label)}${star}</div>${hint}${control(input, values)}</div>`;
}

function control(input: Component, values: Readonly<Record<string, string>>): string {
  if (input.type === TYPE.textInput) return textInput(input, values[input.custom_id ?? ""]);
  if (isSelect(input)) return select(input);
  if (input.type === TYPE.fileUpload) return '<div class="input empty">Drop files here or browse</div>';
  const box = input.type === 22 ? " box" : "";
  const options = (input.options ?? []) as { label: string; description?: string; default?: boolean }[];
  return options
    .map(({ label, description, default: on }) => {
      const hint = description ? `<div class="hint">${escapeHtml(description)}</div>` : "";
      return `<div class="choice"><span class="dot${box}${on ? " on" : ""}"></span><div>${withEmoji(escapeHtml(label))}${hint}</div></div>`;
    })
    .join("");
}

function textInput(input: Component, typed: string | undefined): string {
  const text = typed ?? String(input.value ?? "");
  const tall = input.style === 2 ? " tall" : "";
  const count =
    typeof input.max_length === "number" ? `<span class="count">${text.length}/${input.max_length}</span>` : "";
  const shown = text || String(input.placeholder ?? "");
  return `<div class="input${tall}${text ? "" : " empty"}">${escapeHtml(shown)}${tall ? count : ""}</div>`;
}
