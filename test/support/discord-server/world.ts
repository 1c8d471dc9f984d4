import type { Snowflakes } from "./snowflakes.ts";

/** Everything that exists in this Discord: plain data, changed by routes and by people. */
export interface World {
  readonly ids: Snowflakes;
  nowMs(): number;
  readonly bot: User;
  readonly applicationId: string;
  readonly users: Map<string, User>;
  readonly guilds: Map<string, Guild>;
  readonly channels: Map<string, Channel>;
  readonly files: Map<string, StoredFile>;
  readonly commands: Map<string, Command>;
  /** By token. */
  readonly interactions: Map<string, Interaction>;
  readonly limits: WorldLimits;
}

export interface WorldLimits {
  /** Messages kept per channel, threads kept, interactions kept; the oldest go first. */
  readonly history: number;
  /** Edits Discord takes of one message older than an hour, an hour. */
  readonly lateEdits: number;
  readonly activeThreads: number;
  readonly fileBytes: number;
  readonly requestBytes: number;
}

export interface User {
  readonly id: string;
  readonly username: string;
  readonly globalName: string | null;
  readonly bot: boolean;
  /** A colour for the round picture. */
  readonly colour: string;
  /** Set when this person takes no direct messages from the bot. */
  closedDms: boolean;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  permissions: bigint;
  readonly position: number;
}

export interface Member {
  readonly userId: string;
  readonly roles: Set<string>;
  readonly joinedMs: number;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
}

export const CHANNEL_TYPE = { text: 0, direct: 1, publicThread: 11 } as const;

export interface Channel {
  readonly id: string;
  readonly type: 0 | 1 | 11;
  readonly guildId?: string;
  name: string;
  /** Threads only: the channel it hangs on. */
  readonly parentId?: string;
  /** Direct messages only: the other person. */
  readonly recipientId?: string;
  readonly overwrites: Map<string, { kind: "role" | "member"; allow: bigint; deny: bigint }>;
  readonly messages: Map<string, Message>;
  lastMessageId: string | null;
  readonly thread?: ThreadState;
}

export interface ThreadState {
  readonly ownerId: string;
  archived: boolean;
  locked: boolean;
  autoArchiveMinutes: number;
  archiveChangedMs: number;
  readonly createdMs: number;
  readonly members: Set<string>;
  renamedAtMs: number[];
}

/** A component as Discord stores it: read with care, since it came from a request body that the judge let pass. */
export interface Component {
  readonly type: number;
  readonly id?: number;
  readonly custom_id?: string;
  readonly label?: string;
  readonly style?: number;
  readonly content?: string;
  readonly disabled?: boolean;
  readonly url?: string;
  readonly components?: Component[];
  readonly accessory?: Component;
  readonly component?: Component;
  readonly [field: string]: unknown;
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly contentType: string;
}

export interface Attachment {
  readonly id: string;
  readonly filename: string;
  readonly size: number;
  readonly url: string;
  readonly proxy_url: string;
  readonly content_type: string;
  readonly description?: string;
}

export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly guildId?: string;
  readonly authorId: string;
  /** 0 ordinary, 18 thread created, 19 reply, 20 command, 21 thread starter, 23 context menu. */
  readonly type: number;
  content: string;
  components: Component[];
  embeds: unknown[];
  attachments: Attachment[];
  flags: number;
  mentions: string[];
  mentionRoles: string[];
  mentionEveryone: boolean;
  readonly createdMs: number;
  editedMs: number | undefined;
  /** All edits so far, and those made when it was older than an hour (times). */
  edits: number;
  lateEditsMs: number[];
  readonly replyTo?: string;
  readonly nonce?: string;
  /** Ephemeral: the only person who sees it. */
  readonly visibleTo?: string;
  /** The interaction whose answer this is. */
  readonly interaction?: Pick<Interaction, "id" | "type" | "userId" | "name">;
  threadId?: string;
}

export interface Command {
  readonly id: string;
  readonly guildId?: string;
  readonly name: string;
  readonly type: number;
  /** As sent, with Discord's defaults. */
  readonly definition: Readonly<Record<string, unknown>>;
  version: string;
}

/** 2 command, 3 component, 4 autocomplete, 5 modal. */
export type InteractionType = 2 | 3 | 4 | 5;

export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: InteractionType;
  readonly userId: string;
  readonly channelId: string;
  readonly guildId?: string;
  readonly createdMs: number;
  /** Wall clock of the dispatch, for benches. */
  readonly sentAt: number;
  /** The message that held the pressed component, or held the component that opened the modal. */
  readonly messageId?: string;
  readonly name?: string;
  answer: InteractionAnswer | undefined;
  readonly followUps: string[];
  readonly waiting: ((answer: InteractionAnswer) => void)[];
}

export interface InteractionAnswer {
  readonly type: number;
  readonly data: Readonly<Record<string, unknown>>;
  /** Real milliseconds from the dispatch to the answer. */
  readonly afterMs: number;
  /** The message of `@original`, if there is one. */
  originalId: string | undefined;
}

/** Finds by id or by name; fails with what there is. */
export function findBy<T extends { id: string }>(
  what: string,
  all: Iterable<T>,
  wanted: string,
  nameOf: (one: T) => string,
): T {
  const names: string[] = [];
  for (const one of all) {
    if (one.id === wanted || nameOf(one) === wanted) return one;
    names.push(nameOf(one));
  }
  throw new Error(`No ${what} "${wanted}" in this Discord; there are: ${names.slice(0, 30).join(", ")}.`);
}

/** Drops the oldest entries until at most `limit` are left. Maps keep the order of insertion. */
export function keepNewest<K, V>(map: Map<K, V>, limit: number, dropped?: (value: V) => void): void {
  while (map.size > limit) {
    const [key, value] = map.entries().next().value!;
    map.delete(key);
    dropped?.(value);
  }
}
