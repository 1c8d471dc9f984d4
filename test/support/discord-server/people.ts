import { flattened, isSelect, TYPE } from "./component-rules.ts";
import type { Discord } from "./discord.ts";
import { store } from "./files.ts";
import { type InteractionDraft, interact } from "./interactions.ts";
import { postMessage } from "./messages.ts";
import { directChannel } from "./people-places.ts";
import { may } from "./permissions.ts";
import { archiveIfSilent } from "./threads.ts";
import { type Json, wireMember, wireMessage, wireUser } from "./wire.ts";
import {
  CHANNEL_TYPE,
  type Channel,
  type Command,
  type Component,
  findBy,
  type Interaction,
  type InteractionAnswer,
  type Message,
  type User,
} from "./world.ts";

/** A file that a person attaches. */
export interface PersonFile {
  readonly name: string;
  readonly bytes: Buffer | string;
  readonly contentType?: string;
}

export interface Saying {
  /** Channel or thread, by name or id; default the first text channel. */
  readonly in?: string;
  readonly files?: readonly PersonFile[];
  /** Id of the message that is answered. */
  readonly replyTo?: string;
}

/** What a person can give to a slash command option. */
export type OptionValue = string | number | boolean | PersonFile;

/** An interaction that a person began, and how the bot answered. */
export interface Asked {
  readonly id: string;
  readonly token: string;
  readonly channelId: string;
  readonly userId: string;
  /** The first answer so far. */
  readonly answer: InteractionAnswer | undefined;
  /** Waits for the first answer; fails after `withinMs` (default 5000) of real time. */
  answered(withinMs?: number): Promise<InteractionAnswer>;
  /** The modal that the bot opened, or undefined. */
  readonly modal: Json | undefined;
  /** The suggestions of an autocomplete. */
  readonly choices: readonly { name: string; value: string | number }[];
  /** What this person got in answer, newest last, ephemeral or not, as it stands now. */
  messages(): Message[];
}

export interface People {
  say(user: string, text: string, where?: Saying): Message;
  mention(user: string, text: string, where?: Saying): Message;
  directMessage(user: string, text: string, more?: Pick<Saying, "files" | "replyTo">): Message;
  replyInThread(thread: string, user: string, text: string, more?: Omit<Saying, "in"> & { mention?: boolean }): Message;
  slash(
    user: string,
    name: string,
    subcommand?: string,
    options?: Record<string, OptionValue>,
    where?: Pick<Saying, "in">,
  ): Asked;
  autocomplete(
    user: string,
    name: string,
    subcommand: string | undefined,
    focused: Record<string, string>,
    others?: Record<string, OptionValue>,
    where?: Pick<Saying, "in">,
  ): Asked;
  contextMenu(user: string, name: string, message: { id: string }): Asked;
  press(message: { id: string }, button: string, user: string, how?: { evenIfGone?: boolean }): Asked;
  select(message: { id: string }, menu: string, values: readonly string[], user: string): Asked;
  submitModal(asked: Asked, values: Record<string, string | readonly string[]>): Asked;
}

/** People at their keyboards: each act changes the world as Discord would and sends the bot what Discord would send. */
export function people(discord: Discord): People {
  const { world } = discord;
  const self: People = {
    say,
    mention,
    directMessage,
    replyInThread,
    slash,
    autocomplete,
    contextMenu,
    press,
    select,
    submitModal,
  };
  return self;

  function say(user: string, text: string, where: Saying = {}): Message {
    return write(discord, userOf(discord, user), placeOf(discord, where.in), text, where);
  }

  function mention(user: string, text: string, where: Saying = {}): Message {
    return say(user, `<@${world.bot.id}> ${text}`, where);
  }

  function directMessage(user: string, text: string, more: Pick<Saying, "files" | "replyTo"> = {}): Message {
    const person = userOf(discord, user);
    return write(discord, person, directChannel(world, person.id), text, more);
  }

  function replyInThread(
    thread: string,
    user: string,
    text: string,
    { mention: pings = false, ...more }: Omit<Saying, "in"> & { mention?: boolean } = {},
  ): Message {
    return pings ? mention(user, text, { ...more, in: thread }) : say(user, text, { ...more, in: thread });
  }

  function slash(
    user: string,
    name: string,
    subcommand?: string,
    options: Record<string, OptionValue> = {},
    where: Pick<Saying, "in"> = {},
  ): Asked {
    const channel = commandPlace(discord, user, where.in);
    const command = commandNamed(discord, name, 1, channel);
    const resolved: Json = {};
    const given = optionsOf(discord, command, subcommand, options, channel, resolved);
    const data = { ...headOf(command), options: given, ...(Object.keys(resolved).length && { resolved }) };
    return begin(discord, { type: 2, user: userOf(discord, user), channel, data, name });
  }

  function autocomplete(
    user: string,
    name: string,
    subcommand: string | undefined,
    focused: Record<string, string>,
    others: Record<string, OptionValue> = {},
    where: Pick<Saying, "in"> = {},
  ): Asked {
    const channel = commandPlace(discord, user, where.in);
    const command = commandNamed(discord, name, 1, channel);
    const options = optionsOf(
      discord,
      command,
      subcommand,
      { ...others, ...focused },
      channel,
      {},
      Object.keys(focused)[0],
    );
    return begin(discord, {
      type: 4,
      user: userOf(discord, user),
      channel,
      data: { ...headOf(command), options },
      name,
    });
  }

  function contextMenu(user: string, name: string, target: { id: string }): Asked {
    const { channel, message } = messageAnywhere(discord, target.id);
    const place = commandPlace(discord, user, channel.id);
    const command = commandNamed(discord, name, 3, place);
    const resolved = { messages: { [message.id]: wireMessage(world, message) } };
    const data = { ...headOf(command), target_id: message.id, resolved };
    return begin(discord, { type: 2, user: userOf(discord, user), channel, data, name });
  }

  function press(target: { id: string }, button: string, user: string, how: { evenIfGone?: boolean } = {}): Asked {
    const { channel, message } = messageAnywhere(discord, target.id);
    const person = userOf(discord, user);
    refuseBlind(message, person);
    const found = flattened(message.components)
      .map(({ component }) => component)
      .filter((one) => one.type === TYPE.button);
    const component = found.find((one) => one.custom_id === button || one.label === button);
    if (!how.evenIfGone && (!component || component.disabled)) {
      const there = found.map((one) => `${one.label} (${one.custom_id}${one.disabled ? ", disabled" : ""})`);
      throw new Error(`${user} cannot press "${button}"; the message has: ${there.join(", ") || "no buttons"}.`);
    }
    const data = { component_type: 2, custom_id: component?.custom_id ?? button, id: component?.id ?? 1 };
    return begin(discord, { type: 3, user: person, channel, data, message });
  }

  function select(target: { id: string }, menu: string, values: readonly string[], user: string): Asked {
    const { channel, message } = messageAnywhere(discord, target.id);
    const person = userOf(discord, user);
    refuseBlind(message, person);
    const component = flattened(message.components)
      .map(({ component: one }) => one)
      .find((one) => isSelect(one) && (one.custom_id === menu || one.placeholder === menu));
    if (!component) throw new Error(`The message has no menu "${menu}".`);
    const offered = ((component.options ?? []) as { value: string }[]).map((one) => one.value);
    const odd = values.find((value) => component.type === TYPE.stringSelect && !offered.includes(value));
    if (odd !== undefined)
      throw new Error(`The menu "${menu}" does not offer "${odd}"; it offers ${offered.join(", ")}.`);
    const data = {
      component_type: component.type,
      custom_id: component.custom_id,
      id: component.id,
      values,
      ...resolvedUsers(values),
    };
    return begin(discord, { type: 3, user: person, channel, data, message });
  }

  function resolvedUsers(values: readonly string[]): Json {
    const users = values.flatMap((id) => world.users.get(id) ?? []);
    return users.length ? { resolved: { users: Object.fromEntries(users.map((one) => [one.id, wireUser(one)])) } } : {};
  }

  function submitModal(asked: Asked, values: Record<string, string | readonly string[]>): Asked {
    const modal = asked.modal as { custom_id: string; components: Component[] } | undefined;
    if (!modal) throw new Error("The bot has opened no modal for this interaction.");
    const from = world.interactions.get(asked.token);
    const channel = world.channels.get(asked.channelId)!;
    const message = from?.messageId === undefined ? undefined : channel.messages.get(from.messageId);
    const components = modal.components.map((component, n) => filled(component, values, n + 1));
    refuseUnknownFields(modal.components, values);
    const data = { custom_id: modal.custom_id, components };
    return begin(discord, { type: 5, user: userOf(discord, asked.userId), channel, data, message });
  }
}

/** By id or name, as tests call people. */
export const userOf = ({ world }: Discord, wanted: string): User =>
  findBy("person", world.users.values(), wanted, (user) => user.username);

export function placeOf({ world }: Discord, wanted: string | undefined): Channel {
  const all = [...world.channels.values()];
  if (wanted !== undefined) return findBy("channel", all, wanted, (channel) => channel.name);
  const first = all.find((channel) => channel.type === CHANNEL_TYPE.text);
  if (!first) throw new Error("This Discord has no text channel.");
  return first;
}

export function messageAnywhere({ world }: Discord, id: string): { channel: Channel; message: Message } {
  for (const channel of world.channels.values()) {
    const message = channel.messages.get(id);
    if (message) return { channel, message };
  }
  throw new Error(`No message ${id} in this Discord.`);
}

function write(discord: Discord, user: User, channel: Channel, text: string, more: Saying): Message {
  archiveIfSilent(discord, channel);
  const permission = channel.thread ? "SEND_MESSAGES_IN_THREADS" : "SEND_MESSAGES";
  if (!may(discord.world, channel, user.id, permission))
    throw new Error(`${user.username} may not write in ${channel.name}.`);
  const attachments = (more.files ?? []).map((file) => storeOf(discord, channel, file));
  const body = { content: text };
  return postMessage(discord, channel, {
    authorId: user.id,
    body,
    uploads: [],
    attachments,
    via: "person",
    replyTo: more.replyTo,
  });
}

function storeOf(discord: Discord, channel: Channel, file: PersonFile) {
  const contentType = file.contentType ?? "text/plain; charset=utf-8";
  return store(discord, channel.id, { name: file.name, contentType, bytes: Buffer.from(file.bytes) });
}

function commandPlace(discord: Discord, user: string, wanted: string | undefined): Channel {
  const channel = placeOf(discord, wanted);
  const person = userOf(discord, user);
  if (!may(discord.world, channel, person.id, "USE_APPLICATION_COMMANDS")) {
    throw new Error(`${person.username} may not use commands in ${channel.name}.`);
  }
  return channel;
}

/** A guild's own command wins over a global one of the same name. */
function commandNamed({ world }: Discord, name: string, type: number, channel: Channel): Command {
  const all = [...world.commands.values()].filter((one) => one.type === type);
  const mine = all.filter((one) => one.guildId === channel.guildId || one.guildId === undefined);
  const found =
    mine.find((one) => one.name === name && one.guildId !== undefined) ?? mine.find((one) => one.name === name);
  if (!found)
    throw new Error(`No command "${name}" of type ${type} here; there are: ${all.map((one) => one.name).join(", ")}.`);
  return found;
}

const headOf = (command: Command): Json => ({
  id: command.id,
  name: command.name,
  type: command.type,
  ...(command.guildId && { guild_id: command.guildId }),
});

interface OptionSpec {
  readonly name: string;
  readonly type: number;
  readonly required?: boolean;
  readonly options?: readonly OptionSpec[];
}

function optionsOf(
  discord: Discord,
  command: Command,
  subcommand: string | undefined,
  values: Record<string, OptionValue>,
  channel: Channel,
  resolved: Json,
  focused?: string,
): Json[] {
  const specs = (command.definition.options ?? []) as OptionSpec[];
  if (subcommand === undefined) return valuesOf(discord, specs, values, channel, resolved, focused);
  const spec = specs.find((one) => one.name === subcommand && one.type === 1);
  if (!spec)
    throw new Error(
      `/${command.name} has no subcommand "${subcommand}"; it has ${specs.map((one) => one.name).join(", ")}.`,
    );
  return [
    { name: subcommand, type: 1, options: valuesOf(discord, spec.options ?? [], values, channel, resolved, focused) },
  ];
}

/** Options as the client sends them; it would not send one that is missing though required, or unknown. */
function valuesOf(
  discord: Discord,
  specs: readonly OptionSpec[],
  values: Record<string, OptionValue>,
  channel: Channel,
  resolved: Json,
  focused: string | undefined,
): Json[] {
  const missing = specs.find((spec) => spec.required && values[spec.name] === undefined && focused === undefined);
  if (missing) throw new Error(`The option "${missing.name}" is required.`);
  return Object.entries(values).map(([name, value]) => {
    const spec = specs.find((one) => one.name === name);
    if (!spec) throw new Error(`There is no option "${name}"; there are ${specs.map((one) => one.name).join(", ")}.`);
    const sent = typeof value === "object" ? attached(discord, channel, value, resolved) : value;
    if (spec.type === 6 && typeof sent === "string") resolveUser(discord, channel, sent, resolved);
    return { name, type: spec.type, value: sent, ...(name === focused && { focused: true }) };
  });
}

function attached(discord: Discord, channel: Channel, file: PersonFile, resolved: Json): string {
  const attachment = storeOf(discord, channel, file);
  resolved.attachments = { ...(resolved.attachments as Json), [attachment.id]: attachment };
  return attachment.id;
}

function resolveUser({ world }: Discord, channel: Channel, id: string, resolved: Json): void {
  const user = world.users.get(id);
  const member = world.guilds.get(channel.guildId ?? "")?.members.get(id);
  if (user) resolved.users = { ...(resolved.users as Json), [id]: wireUser(user) };
  if (member) resolved.members = { ...(resolved.members as Json), [id]: { ...wireMember(member), permissions: "0" } };
}

function refuseBlind(message: Message, user: User): void {
  if (message.visibleTo !== undefined && message.visibleTo !== user.id) {
    throw new Error(`${user.username} does not see this ephemeral message.`);
  }
}

/** A modal's components as they come back: values only, and what the person left alone as it was. */
function filled(component: Component, values: Record<string, string | readonly string[]>, n: number): Json {
  const id = component.id ?? n * 100;
  if (component.component) return { type: component.type, id, component: filled(component.component, values, id + 1) };
  if (component.components) {
    return {
      type: component.type,
      id,
      components: component.components.map((one, m) => filled(one, values, id + m + 1)),
    };
  }
  if (component.type === TYPE.textDisplay) return { type: component.type, id };
  const given = values[component.custom_id ?? ""];
  if (component.type === TYPE.textInput)
    return { type: 4, id, custom_id: component.custom_id, value: textGiven(component, given) };
  const chosen = typeof given === "string" ? [given] : (given ?? defaultsOf(component));
  if (component.type === 21) return { type: 21, id, custom_id: component.custom_id, value: chosen[0] ?? null };
  if (component.type === 23) return { type: 23, id, custom_id: component.custom_id, value: chosen[0] === "true" };
  return { type: component.type, id, custom_id: component.custom_id, values: chosen };
}

const defaultsOf = (component: Component) =>
  ((component.options ?? []) as { value: string; default?: boolean }[])
    .filter((one) => one.default)
    .map((one) => one.value);

/** Discord's client lets nobody send a text that is too long, too short, or missing. */
function textGiven(input: Component, given: string | readonly string[] | undefined): string {
  const {
    required = true,
    min_length: min,
    max_length: max,
    value = "",
  } = input as Component & {
    required?: boolean | null;
    min_length?: number | null;
    max_length?: number | null;
    value?: string | null;
  };
  const text = String(given ?? value ?? "");
  if (required !== false && !text) throw new Error(`The field "${input.custom_id}" is required.`);
  if (text.length > (max ?? 4000)) throw new Error(`The field "${input.custom_id}" takes ${max ?? 4000} characters.`);
  if (text && text.length < (min ?? 0)) throw new Error(`The field "${input.custom_id}" needs ${min} characters.`);
  return text;
}

function refuseUnknownFields(components: readonly Component[], values: Record<string, unknown>): void {
  const names = flattened(components).flatMap(({ component }) => component.custom_id ?? []);
  const odd = Object.keys(values).find((name) => !names.includes(name));
  if (odd !== undefined) throw new Error(`The modal has no field "${odd}"; it has ${names.join(", ")}.`);
}

function begin(discord: Discord, draft: InteractionDraft): Asked {
  const interaction = interact(discord, draft);
  return {
    id: interaction.id,
    token: interaction.token,
    channelId: interaction.channelId,
    userId: interaction.userId,
    get answer() {
      return interaction.answer;
    },
    answered: (withinMs = 5000) => firstAnswer(interaction, withinMs),
    get modal() {
      return interaction.answer?.type === 9 ? (interaction.answer.data as Json) : undefined;
    },
    get choices() {
      return (interaction.answer?.data.choices ?? []) as { name: string; value: string | number }[];
    },
    messages() {
      const ids = [interaction.answer?.originalId, ...interaction.followUps];
      const channel = discord.world.channels.get(interaction.channelId);
      return ids.flatMap((id) => (id === undefined ? [] : (channel?.messages.get(id) ?? [])));
    },
  };
}

function firstAnswer(interaction: Interaction, withinMs: number): Promise<InteractionAnswer> {
  if (interaction.answer) return Promise.resolve(interaction.answer);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The bot did not answer the interaction ${interaction.id} within ${withinMs} ms.`)),
      withinMs,
    );
    interaction.waiting.push((answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}
