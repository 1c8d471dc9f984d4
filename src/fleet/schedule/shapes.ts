/**
 * What the scheduler of the fleet speaks of. Everything here is plain data: the scheduler has no network and no clock
 * of its own, so that the running house, the simulation and the tests drive the very same decisions. The vocabulary is
 * that of Kubernetes and llm-d: filters, scorers, labels, taints, tolerations, drained, bind.
 */

export type PriorityClass = "interactive" | "batch";

/** A request as far as its place is concerned: nothing of its content. */
export interface FleetRequest {
  /** Unique within one scheduler, and rising. */
  readonly id: number;
  /** With its tag: `qwen3:8b`. */
  readonly model: string;
  readonly class: PriorityClass;
  /** Who it counts for: a project, or a program with a token. Shares of one class are served fairly. */
  readonly share: string;
  /** An estimate; decides what fits and how long the prompt takes. */
  readonly promptTokens: number;
  /** Upper bound for generated tokens, where the request names one. */
  readonly maxTokens?: number;
  /** Requests with one affinity share a prefix (a chat): the PC that holds it in its cache answers sooner. */
  readonly affinity?: string;
  /** Taints of PCs that this request bears. */
  readonly tolerations?: readonly string[];
  /** Labels that a PC must have. */
  readonly labels?: readonly string[];
  /**
   * Its answer may come in one piece, when it is all there: a tool call, vectors. Ollama sends nothing before.
   */
  readonly comesWhole?: boolean;
  /** Still waiting then: it is given up. On the scheduler's clock. */
  readonly deadlineMs?: number;
}

/** A model on one PC's disk. */
export interface ModelFacts {
  readonly sizeBytes?: number;
  readonly digest: string;
  readonly family?: string;
  readonly isEmbeddingOnly?: boolean;
}

/** A model in one PC's memory, as the PC tells (`/api/ps`). Models that are still loading are listed too. */
export interface CopyFacts {
  readonly vramBytes?: number;
  readonly sizeBytes?: number;
}

/** One PC as it was seen last. */
export interface NodeFacts {
  readonly name: string;
  /** `unknown`: nobody has looked yet. Only `up` is given work. */
  readonly health: "up" | "down" | "unknown";
  readonly isDrained: boolean;
  readonly labels: readonly string[];
  readonly taints: readonly string[];
  /** As set; absent: it is learned from what it holds at once. */
  readonly vramBytes?: number;
  /** What it held of a model that did not fit: more than that it never had. One alone may be larger: it is spilt. */
  readonly shownVramBytes?: number;
  /** Models it may hold in memory at once, where it is set. */
  readonly maxLoaded?: number;
  /** Requests at once for one model (OLLAMA_NUM_PARALLEL), where it is set; else learned. */
  readonly slots?: number;
  readonly models: ReadonlyMap<string, ModelFacts>;
  readonly resident: ReadonlyMap<string, CopyFacts>;
}

/** What a person has laid down for a model. */
export interface ModelRules {
  /** PCs that always hold it. */
  readonly pinned?: readonly string[];
  /** PCs that never get it. */
  readonly forbidden?: readonly string[];
  /** Labels that a PC must have to hold it. */
  readonly labels?: readonly string[];
  /** Taints of PCs that it bears. */
  readonly tolerations?: readonly string[];
  readonly slots?: number;
}

/** How a request ended on a PC. Times in milliseconds, as the PC reports them (`*_duration`). */
export type Outcome =
  | ({ readonly kind: "done" } & Usage)
  /** Its caller went away. */
  | { readonly kind: "cancelled" }
  /** The PC is fine; the request is not, wherever it goes. */
  | { readonly kind: "refused" }
  /**
   * The PC failed. Before the first token the scheduler sends the request to another PC, or gives it up; after it the
   * caller has been told.
   */
  | { readonly kind: "failed"; readonly fault: Fault; readonly isBeforeFirstToken: boolean; readonly why: string };

/** `busy`: 503, it is only full. `missing`: it has lost the model. `silent`: no first token within the budget. */
export type Fault = "unreachable" | "broken" | "busy" | "missing" | "silent" | "cut-off";

export interface Usage {
  readonly promptTokens?: number;
  readonly answerTokens?: number;
  /** Includes Ollama's own waiting for a load. */
  readonly loadMs?: number;
  readonly prefillMs?: number;
  readonly decodeMs?: number;
  readonly totalMs?: number;
}

/** What is to be done in the world. The caller does it and reports back. */
export type Command =
  /** Send it now: its slot is taken until `end`. */
  | {
      readonly kind: "send";
      readonly request: FleetRequest;
      readonly node: string;
      /** How long the PC keeps the model after this request: steers which model Ollama evicts. */
      readonly keepAliveS: number;
      /** No token by then (milliseconds from now): report `silent`. */
      readonly firstTokenBudgetMs: number;
    }
  /** Load a model by a request of the scheduler's own, which nobody's leaving aborts. Ends with `loadEnded`. */
  | { readonly kind: "load"; readonly node: string; readonly model: string; readonly keepAliveS: number }
  /** Ask the PC to drop a model that is idle. Ends with `unloadEnded`. */
  | { readonly kind: "unload"; readonly node: string; readonly model: string }
  /** Break off a request that was sent and has no token yet: its PC is gone. Then call `end` with `unreachable`. */
  | { readonly kind: "abort"; readonly id: number; readonly node: string; readonly why: string }
  /** Nothing can be done for a request that waits: tell its caller. It is forgotten. */
  | { readonly kind: "give-up"; readonly request: FleetRequest; readonly reason: GiveUp };

export type GiveUp =
  | { readonly code: "DEADLINE"; readonly waitedMs: number; readonly allDown: boolean }
  /** Every PC that may serve it has failed; the last failure's words. */
  | { readonly code: "ALL_FAILED"; readonly fault: Fault; readonly why: string; readonly nodes: readonly string[] }
  /** No PC has the model any more. */
  | { readonly code: "MODEL_MISSING" }
  /** Settings leave no PC: which filter took each of them out. */
  | { readonly code: "FORBIDDEN"; readonly verdicts: readonly Verdict[] };

/** What one PC is for one request. */
export interface Verdict {
  readonly node: string;
  /** The filter that took it out; absent: it was scored. */
  readonly filteredBy?: string;
  /** What the filter found, in plain words. */
  readonly because?: string;
  /** By scorer, each weighted; `total` is their sum. Higher is better. */
  readonly scores?: Readonly<Record<string, number>>;
  readonly total?: number;
  /** Milliseconds to the first token there, if it were sent now. */
  readonly firstTokenMs?: number;
}

/** Why a request is where it is. */
export interface Explanation {
  readonly model: string;
  readonly class: PriorityClass;
  readonly share: string;
  readonly atMs: number;
  readonly verdicts: readonly Verdict[];
  /** Absent: it waits. */
  readonly chosen?: string;
  readonly wait?: WaitEstimate;
}

/** An honest guess at what a waiting request waits for. */
export interface WaitEstimate {
  /** Milliseconds from now to its first token; absent: nobody can tell. */
  readonly aboutMs?: number;
  /** Requests that go before it. */
  readonly ahead: number;
  readonly why: "busy" | "loading" | "no-pc";
  /** With `loading`: where. */
  readonly node?: string;
}

/** One copy of a model, as people look at it. */
export interface CopyState {
  readonly node: string;
  readonly model: string;
  /** `leaving`: it gets no more work and is dropped when idle. `foreign`: loaded by somebody else. */
  readonly state: "loading" | "ready" | "leaving" | "foreign";
  readonly inFlight: number;
  readonly slots: number;
  readonly sinceMs: number;
}

export interface SchedulerOverview {
  readonly copies: readonly CopyState[];
  readonly queues: readonly { readonly model: string; readonly interactive: number; readonly batch: number }[];
  readonly nodes: readonly {
    readonly name: string;
    readonly breaker: "closed" | "open" | "half-open";
    readonly inFlight: number;
    /** Learned, over everything seen there: 1 is the mean of the fleet. */
    readonly speed?: number;
  }[];
}
