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
  readonly text: string;
  readonly atMs: number;
  /** When Piloto finished acting on it; absent while it waits for its turn. */
  readonly handledAtMs?: number;
}

/** A message as a face hands it over. */
export interface IncomingMessage {
  readonly key: string;
  readonly chatId: ChatId;
  readonly account: AccountId;
  readonly text: string;
  /** Earlier words of the thread, oldest first: untrusted context, never a request. */
  readonly thread?: readonly { readonly account: AccountId; readonly text: string }[];
  /** Which project a new chat belongs to; the default project when absent. */
  readonly projectId?: ProjectId;
}

export interface Person {
  readonly id: PersonId;
  readonly name: string;
  readonly accounts: readonly AccountId[];
}
