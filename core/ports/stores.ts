import type { AuditEntry, NewAuditEntry } from "../domain/audit-entry.ts";
import type { Say } from "../domain/card.ts";
import type { Chat, KeptFile, Language, Message, Origin, Person } from "../domain/chat.ts";
import type {
  AccountId,
  BootId,
  ChatId,
  MessageId,
  PersonId,
  ProjectId,
  RunId,
  ServiceId,
  ToolKey,
} from "../domain/ids.ts";
import type { Plan } from "../domain/plan.ts";
import type { Attempt, PlanRun, RunState, StepRun, StepState, Vote } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";
import type { Json, JsonObject } from "../domain/result.ts";
import type { Endpoint, Service } from "../domain/service.ts";
import type { MessageRef } from "./chat-platform.ts";

/**
 * The database. `atomically` is all or nothing and durable when it resolves: a power cut later loses nothing.
 * Inside `work` only `tx` may be awaited, never a model, a tool or a chat (SQLite: FOREIGN_AWAIT). PostgreSQL runs
 * `work` again when it stood in another transaction's way, so it changes nothing but through `tx`.
 * Writers are serialised as far as they touch the same run or chat; losing a compare-and-set is `false`,
 * not an exception, and then nothing was written by that call.
 */
export interface Stores {
  /** Other processes may work on the same data (PostgreSQL). */
  readonly isShared: boolean;
  atomically<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** A consistent snapshot of what is committed. Writing calls throw. */
  read<T>(work: (tx: ReadTx) => Promise<T>): Promise<T>;
  /** Called soon after a commit, of this process or another; bursts are merged. Returns the unsubscribe. */
  onCommit(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Hand it back as `before` for the next, older page; absent on the last one. */
  readonly next?: string;
}

/** Newest first. `limit` at most 200. */
export interface PageRequest {
  readonly before?: string;
  readonly limit: number;
}

export interface ReadTx {
  readonly projects: ProjectReader;
  readonly people: PersonReader;
  readonly chats: ChatReader;
  readonly messages: MessageReader;
  readonly runs: RunReader;
  readonly steps: StepReader;
  readonly votes: { of(runId: RunId): Promise<Vote[]> };
  readonly queue: QueueReader;
  readonly outbox: OutboxReader;
  readonly services: ServiceReader;
  readonly audit: AuditReader;
  readonly settings: { get(key: string): Promise<string | undefined> };
  readonly secrets: SecretReader;
  readonly faceNotes: FaceNoteReader;
  readonly files: FileReader;
}

export interface Tx extends ReadTx {
  readonly projects: ProjectReader & { put(project: Project): Promise<void> };
  readonly people: PersonReader & {
    /** Makes the person of an account, or returns the one it has. */
    ensure(account: AccountId, name: string, newId: PersonId): Promise<Person>;
    /** Moves an account to another person: the two are one. */
    link(account: AccountId, person: PersonId): Promise<void>;
    /** Gives an account that shares a person one of its own. */
    unlink(account: AccountId, name: string, newId: PersonId): Promise<void>;
    /** What people call them from now on. */
    rename(id: PersonId, name: string): Promise<void>;
  };
  readonly chats: ChatReader & ChatWriter;
  readonly messages: MessageReader & MessageWriter;
  readonly runs: RunReader & RunWriter;
  readonly steps: StepReader & StepWriter;
  readonly votes: { of(runId: RunId): Promise<Vote[]>; add(vote: Vote): Promise<void> };
  readonly queue: QueueReader & QueueWriter;
  readonly outbox: OutboxReader & OutboxWriter;
  readonly services: ServiceReader & ServiceWriter;
  readonly audit: AuditReader & { append(...entries: NewAuditEntry[]): Promise<void> };
  readonly settings: { get(key: string): Promise<string | undefined>; set(key: string, value: string): Promise<void> };
  readonly secrets: SecretReader & SecretWriter;
  readonly faceNotes: FaceNoteReader & FaceNoteWriter;
  readonly files: FileReader & { put(file: KeptFile, content: Uint8Array, atMs: number): Promise<void> };
  readonly linkCodes: LinkCodeWriter;
  readonly limits: {
    /**
     * Counts `want` calls in the hour that `atMs` lies in, or only one when the limit is near. Returns how many were
     * counted: 0 when `max` is reached.
     */
    takeCalls(projectId: ProjectId, atMs: number, max: number, want: number): Promise<number>;
    /** Counted calls that were not made can be made by others, as long as the hour lasts. */
    giveCallsBack(projectId: ProjectId, atMs: number, calls: number): Promise<void>;
  };
}

export interface ProjectReader {
  get(id: ProjectId): Promise<Project | undefined>;
  list(): Promise<Project[]>;
}

export interface PersonReader {
  of(account: AccountId): Promise<Person | undefined>;
}

export interface ChatReader {
  get(id: ChatId): Promise<Chat | undefined>;
}

export interface ChatWriter {
  /** Makes the chat, or returns the one that stands. */
  ensure(chat: { id: ChatId; projectId: ProjectId; language: Language; atMs: number }): Promise<Chat>;
  set(
    id: ChatId,
    change: { language?: Language; pendingRunId?: RunId | null; activeRunId?: RunId | null; lastRunId?: RunId },
  ): Promise<void>;
  /**
   * One message of a chat is worked on at a time, over all processes. `true` when `owner` now has the turn
   * until `untilMs` (taken free, expired at `nowMs`, already its own, or left by an older boot of the same name).
   */
  takeTurn(id: ChatId, owner: BootId, nowMs: number, untilMs: number): Promise<boolean>;
  endTurn(id: ChatId, owner: BootId): Promise<void>;
}

export interface NewMessage {
  readonly id: MessageId;
  readonly chatId: ChatId;
  readonly key: string;
  readonly origin: Origin;
  readonly account?: AccountId;
  readonly groups?: readonly AccountId[];
  readonly text: string;
  readonly atMs: number;
  readonly handledAtMs?: number;
}

export interface MessageReader {
  /** The latest of a chat, newest first. */
  page(chatId: ChatId, page: PageRequest): Promise<Page<Message>>;
  /** The oldest message of a chat that nobody has acted on. */
  nextWaiting(chatId: ChatId): Promise<Message | undefined>;
  /** Chats with messages that nobody has acted on, oldest first. */
  chatsWaiting(limit: number): Promise<ChatId[]>;
}

export interface MessageWriter {
  /** `false` when the key was seen before, however long ago; then nothing is written. */
  add(message: NewMessage): Promise<boolean>;
  /** `false` when it was handled already. */
  setHandled(id: MessageId, atMs: number): Promise<boolean>;
}

export interface RunReader {
  get(id: RunId): Promise<PlanRun | undefined>;
  /** By the end of its id, as people type it; `undefined` when none or several fit. */
  find(projectId: ProjectId | undefined, suffix: string): Promise<PlanRun | undefined>;
  page(
    filter: { projectId?: ProjectId; chatId?: ChatId; states?: readonly RunState[] },
    page: PageRequest,
  ): Promise<Page<PlanRun>>;
  /** Drafts whose time is over. */
  expired(nowMs: number, limit: number): Promise<PlanRun[]>;
  /** Earlier revisions of the plan, oldest first, the present one last. */
  revisions(id: RunId): Promise<{ revision: number; plan: Plan; planHash: string; by: AccountId; atMs: number }[]>;
}

/** A compare-and-set on a run. All given conditions must hold, or nothing is written. */
export interface RunChange {
  readonly from: RunState | readonly RunState[];
  readonly revision?: number;
  readonly planHash?: string;
  /** The writer's fence; a newer claim makes it stale. Required of the runner. */
  readonly fence?: number;
  readonly to: RunState;
  readonly decidedBy?: AccountId;
  readonly decidedAtMs?: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number | null;
  readonly supersededBy?: RunId;
  readonly reason?: string | null;
  /** Clears a Stop that was asked for. */
  readonly clearCancel?: boolean;
}

export interface RunWriter {
  /** Writes the run, its first revision and its steps (`pending`). */
  create(run: PlanRun): Promise<void>;
  setState(id: RunId, change: RunChange): Promise<boolean>;
  /** Replaces the plan of a draft: revision + 1, a new hash, new steps; the old revision is kept. */
  revise(
    id: RunId,
    change: {
      revision: number;
      plan: Plan;
      planHash: string;
      by: AccountId;
      atMs: number;
      editNote: string;
      expiresAtMs: number;
    },
  ): Promise<boolean>;
  /** `false` when the run is not active, or Stop was pressed before. */
  requestCancel(id: RunId, by: AccountId, atMs: number): Promise<boolean>;
}

export interface StepReader {
  /** In order. Results can be megabytes: `{ results: false }` leaves them out. */
  of(runId: RunId, what?: { readonly results: boolean }): Promise<StepRun[]>;
  /** What one step brought back. */
  result(runId: RunId, number: number): Promise<StepRun["result"]>;
  attempts(runId: RunId): Promise<Attempt[]>;
}

export interface StepWriter {
  /**
   * Before the effect: state `running`, `attempt` one more than the step's. `false` with a stale fence, a step that
   * is not `from` or has another attempt, or when Stop was pressed: nothing begins after it.
   */
  begin(start: {
    runId: RunId;
    number: number;
    fence: number;
    from: StepState;
    attempt: number;
    atMs: number;
    request?: string;
  }): Promise<boolean>;
  /**
   * After the effect: the outcome, and the attempt in the record. `false` with a stale fence, or when this
   * attempt is not the one that runs.
   */
  end(end: {
    runId: RunId;
    number: number;
    fence: number;
    attempt: number;
    state: "done" | "error" | "cancelled" | "unknown" | "pending";
    atMs: number;
    request?: string;
    summary?: string;
    errorCode?: string;
    result?: StepRun["result"];
    finishedAfterCancel?: boolean;
  }): Promise<boolean>;
  /** Without an effect: skips or cancels what has not begun, or puts a step back to `pending`. Returns how many. */
  mark(
    runId: RunId,
    from: readonly StepState[],
    to: "skipped" | "cancelled" | "pending" | "unknown",
    only?: number,
  ): Promise<number>;
}

export interface QueueItem {
  readonly runId: RunId;
  readonly projectId: ProjectId;
  readonly chatId: ChatId;
  readonly priority: number;
  readonly enqueuedAtMs: number;
  readonly availableAtMs: number;
  readonly owner?: BootId;
  readonly leaseUntilMs?: number;
}

export interface QueueReader {
  get(runId: RunId): Promise<QueueItem | undefined>;
  /** How many wait and how many are held. */
  size(): Promise<{ waiting: number; held: number }>;
  /** When the earliest waiting item becomes available, or an expired lease can be taken; absent when idle. */
  nextDueMs(): Promise<number | undefined>;
  /** Runs that this boot holds and for which Stop was pressed. */
  stopsAsked(owner: BootId): Promise<RunId[]>;
}

/** One holder at a time; each claim raises the run's fence; a stale fence can write nothing. */
export interface QueueWriter {
  /** Once per run: `false` when it is queued already. Higher priority first, then first come. */
  enqueue(item: {
    runId: RunId;
    projectId: ProjectId;
    chatId: ChatId;
    priority: number;
    atMs: number;
    availableAtMs?: number;
  }): Promise<boolean>;
  /**
   * Takes up to `limit` items that are free, whose lease ended, or that an older boot of the same process name
   * left, no project over its `runsAtOnce` (held leases count). Raises each run's fence.
   */
  claim(by: {
    owner: BootId;
    nowMs: number;
    leaseMs: number;
    limit: number;
  }): Promise<{ runId: RunId; fence: number }[]>;
  /** `false`: lost, to a newer claim or because it was settled. */
  extend(hold: { runId: RunId; fence: number; owner: BootId; untilMs: number }): Promise<boolean>;
  /** Puts it back for somebody else, at `availableAtMs`. */
  giveBack(hold: { runId: RunId; fence: number; availableAtMs: number }): Promise<boolean>;
  /** Done with it: removes the item. */
  settle(hold: { runId: RunId; fence: number }): Promise<boolean>;
  /** Removes an item that nobody holds (a queued run was cancelled). `false` when held or absent. */
  withdraw(runId: RunId): Promise<boolean>;
  /** Records that this boot runs under this process name; older boots of the name own nothing from now on. */
  boot(boot: { id: BootId; processName: string; atMs: number }): Promise<void>;
}

/** Something a chat must still be told. */
export type Due =
  | {
      readonly kind: "card";
      readonly runId: RunId;
      readonly chatId: ChatId;
      /** Raised by every change; `delivered` names the one that was shown. */
      readonly version: number;
      /** The version that was delivered last; 0 when none was. */
      readonly shown: number;
      readonly ref?: MessageRef;
      readonly tries: number;
      /** It is not due: what was shown is shown again, because time goes on. */
      readonly isAgain?: true;
    }
  | {
      readonly kind: "say";
      readonly id: number;
      readonly chatId: ChatId;
      readonly key: string;
      readonly say: Say;
      readonly tries: number;
    };

export interface OutboxReader {
  /** What is due on a face, oldest first; where stores are shared, without what is claimed. */
  due(face: string, nowMs: number, limit: number): Promise<Due[]>;
  /** When the next item of a face becomes due, or a claim of one expires; absent when everything was told. */
  nextDueMs(face: string): Promise<number | undefined>;
  cardRef(runId: RunId, chatId: ChatId): Promise<MessageRef | undefined>;
  /** The cards of a face whose runs are not over or ended after `endedAfterMs`, oldest proposal first; all of them. */
  openCards(face: string, endedAfterMs: number): Promise<{ runId: RunId; chatId: ChatId }[]>;
}

export interface OutboxWriter {
  /**
   * Takes an item for one delivery, until `untilMs`: two processes do not deliver it at once. `undefined` when another
   * one holds it, it was delivered since `due` was read, or (stores that are shared) an earlier sentence of the chat is
   * not told yet. What an older boot of the same process name took is free. `mayBeThere`: it was taken before and that
   * was not followed by a record, so that the platform may have it. Its holder extends it by claiming again. A record
   * of the delivery, `postpone` and `giveUp` end it.
   */
  claim(due: Due, by: { owner: BootId; nowMs: number; untilMs: number }): Promise<{ mayBeThere: boolean } | undefined>;
  /** The card of a run shows old facts. Many changes before the next delivery are one. */
  cardChanged(runId: RunId, chatId: ChatId, atMs: number): Promise<void>;
  /** Once for one key. */
  say(chatId: ChatId, key: string, say: Say, atMs: number): Promise<void>;
  /**
   * The card now shows `version`; a newer one stays due, not before `notBeforeMs`. `by`: who claimed it. When somebody
   * else took it meanwhile, its picture may have come after theirs: `false`, and the card is due again instead.
   */
  cardDelivered(
    runId: RunId,
    chatId: ChatId,
    version: number,
    ref: MessageRef,
    notBeforeMs: number,
    by?: BootId,
  ): Promise<boolean>;
  /** A person deleted it: the next delivery posts afresh. */
  cardGone(runId: RunId, chatId: ChatId): Promise<void>;
  sayDelivered(id: number, ref: MessageRef, atMs: number): Promise<void>;
  /** Try again at `atMs`. Nothing when `by`, who claimed it, has lost it to another one. */
  postpone(due: Due, atMs: number, error: string, by?: BootId): Promise<void>;
  /** Never to be delivered: the chat is gone. Kept, with the reason. */
  giveUp(due: Due, reason: string): Promise<void>;
}

export interface ServiceReader {
  list(projectId: ProjectId): Promise<Service[]>;
  get(projectId: ProjectId, name: string): Promise<Service | undefined>;
  document(id: ServiceId): Promise<string | undefined>;
  endpoints(id: ServiceId): Promise<Endpoint[]>;
  endpoint(projectId: ProjectId, key: ToolKey): Promise<Endpoint | undefined>;
  argsSchema(endpoint: Endpoint): Promise<JsonObject>;
  /** Grows with every change to the project's services or endpoints. */
  version(projectId: ProjectId): Promise<number>;
}

export interface ServiceWriter {
  /** Adds or replaces the service, its document and all its endpoints. */
  put(service: Service, document: string, endpoints: readonly (Endpoint & { argsSchema: JsonObject })[]): Promise<void>;
  /** Returns how many operations changed. */
  allow(id: ServiceId, keys: readonly ToolKey[], isAllowed: boolean): Promise<number>;
  remove(id: ServiceId): Promise<boolean>;
}

export interface AuditReader {
  head(): Promise<{ seq: number; hash: string }>;
  /** Oldest first, from `afterSeq` on. */
  after(afterSeq: number, limit: number): Promise<AuditEntry[]>;
}

export interface SealedSecret {
  readonly place: string;
  /** AES-256-GCM: nonce, ciphertext, tag, base64. The place is authenticated with it. */
  readonly sealed: string;
  readonly keyId: string;
}

export interface SecretReader {
  get(place: string): Promise<SealedSecret | undefined>;
  list(): Promise<SealedSecret[]>;
}
export interface SecretWriter {
  put(secret: SealedSecret, atMs: number): Promise<void>;
  remove(place: string): Promise<boolean>;
}

/** What a face must remember of its platform: small JSON values by key (installations, streams, registered commands). */
export interface FaceNoteReader {
  get(face: string, key: string): Promise<Json | undefined>;
  /** By key, ascending, from the first one after `afterKey`. */
  list(
    face: string,
    prefix: string,
    page: { limit: number; afterKey?: string },
  ): Promise<{ key: string; value: Json }[]>;
}

export interface FaceNoteWriter {
  /** Replaces. Key at most 300 characters, value at most 64 kB of JSON. */
  put(face: string, key: string, value: Json, atMs: number): Promise<void>;
  /** Writes only where nothing stands; `false` when something does. */
  putNew(face: string, key: string, value: Json, atMs: number): Promise<boolean>;
  remove(face: string, key: string): Promise<boolean>;
  /** Removes what was written before `beforeMs`; returns how many. */
  forget(face: string, prefix: string, beforeMs: number): Promise<number>;
}

export interface FileReader {
  of(messageId: MessageId): Promise<KeptFile[]>;
  content(id: string): Promise<Uint8Array | undefined>;
}

/** One-time codes by which a person shows that two accounts are theirs. Stored as hashes. */
export interface LinkCodeWriter {
  /** Replaces the account's earlier code. */
  put(code: { hash: string; account: AccountId; expiresAtMs: number }): Promise<void>;
  /** The account whose code this is, once; `undefined` when unknown, used or expired. */
  take(hash: string, nowMs: number): Promise<AccountId | undefined>;
}
