import { type Asked, begin } from "./asked.ts";
import { commandNamed, headOf, type OptionValue, optionsOf, type PersonFile, upload } from "./command-options.ts";
import { flattened, isSelect, TYPE } from "./component-rules.ts";
import { directChannel } from "./direct-channel.ts";
import type { Discord } from "./discord.ts";
import { postMessage } from "./messages.ts";
import { filled, refuseUnknownFields } from "./modal-fields.ts";
import { may } from "./permissions.ts";
import { archiveIfSilent } from "./threads.ts";
import { type Json, wireMessage, wireUser } from "./wire.ts";
import { CHANNEL_TYPE, type Channel, type Component, findBy, type Message, type User } from "./world.ts";

export type { Asked } from "./asked.ts";

export interface Saying {
  /** Channel or thread, by name or id; default the first text channel. */
  readonly in?: string;
  readonly files?: readonly PersonFile[];
  /** Id of the message that is answered. */
  readonly replyTo?: string;
}

/** A message: its id is enough. */
export interface Named {
  readonly id: string;
  readonly channelId?: string;
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
  contextMenu(user: string, name: string, message: Named): Asked;
  press(message: Named, button: string, user: string, how?: { evenIfGone?: boolean }): Asked;
  select(message: Named, menu: string, values: readonly string[], user: string): Asked;
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

  function contextMenu(user: string, name: string, target: Named): Asked {
    const { channel, message } = messageAnywhere(discord, target);
    const place = commandPlace(discord, user, channel.id);
    const command = commandNamed(discord, name, 3, place);
    const resolved = { messages: { [message.id]: wireMessage(world, message) } };
    const data = { ...headOf(command), target_id: message.id, resolved };
    return begin(discord, { type: 2, user: userOf(discord, user), channel, data, name });
  }

  function press(target: Named, button: string, user: string, how: { evenIfGone?: boolean } = {}): Asked {
    const { channel, message } = messageAnywhere(discord, target);
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

  function select(target: Named, menu: string, values: readonly string[], user: string): Asked {
    const { channel, message } = messageAnywhere(discord, target);
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
  world.users.get(wanted) ?? findBy("person", world.users.values(), wanted, (user) => user.username);

export function placeOf({ world }: Discord, wanted: string | undefined): Channel {
  const byId = world.channels.get(wanted ?? "");
  if (byId) return byId;
  const all = [...world.channels.values()];
  if (wanted !== undefined) return findBy("channel", all, wanted, (channel) => channel.name);
  const first = all.find((channel) => channel.type === CHANNEL_TYPE.text);
  if (!first) throw new Error("This Discord has no text channel.");
  return first;
}

/** Wherever it is; quick when the message itself is given, since that names its channel. */
export function messageAnywhere({ world }: Discord, { id, channelId }: Named): { channel: Channel; message: Message } {
  const named = world.channels.get(channelId ?? "");
  for (const channel of named ? [named] : world.channels.values()) {
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
  const attachments = (more.files ?? []).map((file) => upload(discord, channel, file));
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

function commandPlace(discord: Discord, user: string, wanted: string | undefined): Channel {
  const channel = placeOf(discord, wanted);
  const person = userOf(discord, user);
  if (!may(discord.world, channel, person.id, "USE_APPLICATION_COMMANDS")) {
    throw new Error(`${person.username} may not use commands in ${channel.name}.`);
  }
  return channel;
}

function refuseBlind(message: Message, user: User): void {
  if (message.visibleTo !== undefined && message.visibleTo !== user.id) {
    throw new Error(`${user.username} does not see this ephemeral message.`);
  }
}
