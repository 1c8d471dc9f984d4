import { z } from "zod";
import { type Who, whoIs } from "../hear/message-event.ts";

const User = z.looseObject({
  id: z.string(),
  username: z.string().optional(),
  global_name: z.string().nullish(),
});
const Id = z.string().regex(/^\d{1,20}$/);

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object */
const Interaction = z.looseObject({
  id: Id,
  application_id: Id,
  type: z.number(),
  token: z.string().min(1).max(2000),
  guild_id: Id.nullish(),
  channel_id: Id.nullish(),
  channel: z.unknown().optional(),
  member: z.looseObject({ user: User, nick: z.string().nullish(), roles: z.array(z.string()).default([]) }).nullish(),
  user: User.nullish(),
  message: z.looseObject({ id: Id }).nullish(),
  data: z.unknown().optional(),
});

/** Somebody used a command, a button, a menu or a form. */
export interface Interaction {
  readonly id: string;
  readonly application: string;
  readonly token: string;
  readonly type: number;
  readonly guild?: string;
  readonly channel: string;
  /** As it stands in the event, for what is known of the channel. */
  readonly channelData: unknown;
  readonly who: Who;
  readonly data: unknown;
}

export const INTERACTION = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;

/** `undefined` for what is no interaction of a person in a channel. */
export function readInteraction(event: unknown): Interaction | undefined {
  const read = Interaction.safeParse(event).data;
  const user = read?.member?.user ?? read?.user;
  if (!read || !user || !read.channel_id) return undefined;
  const guild = read.guild_id ?? undefined;
  return {
    id: read.id,
    application: read.application_id,
    token: read.token,
    type: read.type,
    ...(guild ? { guild } : {}),
    channel: read.channel_id,
    channelData: read.channel,
    who: whoIs(user, read.member, guild),
    data: read.data,
  };
}

const Option = z.looseObject({
  name: z.string(),
  type: z.number(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  focused: z.boolean().optional(),
});

/** A slash command: its subcommand and what was given with it. */
const Command = z.looseObject({
  name: z.string(),
  type: z.number().default(1),
  target_id: z.string().optional(),
  resolved: z.looseObject({ messages: z.record(z.string(), z.unknown()).optional() }).optional(),
  options: z.array(Option.extend({ options: z.array(Option).optional() })).default([]),
});

export interface CommandUse {
  readonly kind: "slash" | "message";
  readonly sub: string;
  readonly given: Readonly<Record<string, string>>;
  /** With an autocomplete: the option that is being typed. */
  readonly focused?: string;
  /** With a context menu: the message as Discord sends it. */
  readonly target?: unknown;
}

export function readCommand(data: unknown): CommandUse | undefined {
  const read = Command.safeParse(data).data;
  if (!read) return undefined;
  if (read.type === 3) {
    return { kind: "message", sub: read.name, given: {}, target: read.resolved?.messages?.[read.target_id ?? ""] };
  }
  const [first] = read.options;
  const options = first?.options ?? [];
  const focused = options.find((option) => option.focused)?.name;
  const given = Object.fromEntries(options.map(({ name, value }) => [name, String(value ?? "")]));
  return { kind: "slash", sub: first?.name ?? "", given, ...(focused ? { focused } : {}) };
}

const Component = z.looseObject({ custom_id: z.string(), values: z.array(z.string()).default([]) });

/** A pressed button, or what was chosen in a menu. */
export const readComponent = (data: unknown): z.infer<typeof Component> | undefined => Component.safeParse(data).data;

const Field = z.looseObject({
  custom_id: z.string(),
  value: z.string().optional(),
  values: z.array(z.string()).optional(),
});
const Modal = z.looseObject({
  custom_id: z.string(),
  components: z.array(z.looseObject({ component: Field.optional(), components: z.array(Field).optional() })),
});

export interface ModalUse {
  readonly custom_id: string;
  readonly fields: ReadonlyMap<string, string | readonly string[]>;
}

export function readModal(data: unknown): ModalUse | undefined {
  const read = Modal.safeParse(data).data;
  if (!read) return undefined;
  const fields = read.components.flatMap(({ component, components = [] }) => [
    ...(component ? [component] : []),
    ...components,
  ]);
  return {
    custom_id: read.custom_id,
    fields: new Map(fields.map(({ custom_id, value, values }) => [custom_id, values ?? value ?? ""])),
  };
}
