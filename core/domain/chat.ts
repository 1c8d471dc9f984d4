import type { AccountId, ChatId, MessageId, PersonId, ProjectId, RunId } from "./ids.ts";

export type Language = "en" | "es";

/** One conversation: a thread, or a direct message. */
export interface Chat {
  readonly id: ChatId;
  readonly projectId: ProjectId;
  readonly language: Language;
  /** The draft that a bare "confirm" in this chat means. */
  readonly pendingRunId?: RunId;
  /** The run that is queued, running or waiting. At most one a chat. */
  readonly activeRunId?: RunId;
  readonly lastRunId?: RunId;
}

/** Whose words these are. Only `person` may ask for something; the others are data. */
export type Origin = "person" | "piloto" | "tool" | "thread";

export interface Message {
  readonly id: MessageId;
  readonly chatId: ChatId;
  /** What makes the delivery unique on its face: the same key again is the same message. */
  readonly key: string;
  readonly origin: Origin;
  readonly account?: AccountId;
  /** The groups of the account when it said this. */
  readonly groups?: readonly AccountId[];
  readonly text: string;
  readonly atMs: number;
  /** When Piloto finished acting on it; absent while it waits for its turn. */
  readonly handledAtMs?: number;
}

/** Who acts, and the groups that the face vouches for at this moment (roles of a server, user groups of a workspace). */
export interface Actor {
  readonly account: AccountId;
  /** Names like accounts: `<face>:<group>`. A project's permission may name one; then its members hold it. */
  readonly groups?: readonly AccountId[];
  /** What people call the account now: untrusted. Absent: what they called it before, else its own name. */
  readonly name?: string;
}

/** A file that came with a message, downloaded and checked by the face. */
export interface IncomingFile {
  /** As the sender named it: untrusted, for people's eyes only. */
  readonly name: string;
  /** By the face's own look at the content where it can tell, else as declared. */
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** A message as a face hands it over. */
export interface IncomingMessage extends Actor {
  readonly key: string;
  readonly chatId: ChatId;
  readonly text: string;
  /** Earlier words of the thread, oldest first: untrusted context, never a request. */
  readonly thread?: readonly { readonly account: AccountId; readonly text: string }[];
  /** Which project a new chat belongs to; the default project when absent. */
  readonly projectId?: ProjectId;
  /** Kept with the message. At most 10 files and 20 MB in all; a face refuses more before. */
  readonly files?: readonly IncomingFile[];
}

/** A file that was kept with a message. */
export interface KeptFile {
  readonly id: string;
  readonly messageId: MessageId;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface Person {
  readonly id: PersonId;
  readonly name: string;
  readonly accounts: readonly AccountId[];
}
