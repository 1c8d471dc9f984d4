import type { OllamaClient } from "../ollama-client.ts";
import type { Explanation, FleetRequest, SchedulerOverview, Usage, WaitEstimate } from "../schedule/shapes.ts";

/** What a caller wants a PC for. */
export type Want = Omit<FleetRequest, "id"> & {
  /**
   * Called when it was not sent within 50 ms, and again, at most every two seconds, when the guess has changed much;
   * never after its first token.
   */
  readonly onWaiting?: (wait: WaitEstimate) => void;
};

/** A PC with a slot that is this attempt's until its promise settles. */
export interface Place {
  readonly node: { readonly name: string; readonly url: string };
  readonly client: OllamaClient;
  /** To be sent with the request as `keep_alive`, in seconds (-1: for ever). */
  readonly keepAliveS: number;
  /** No token within: the router aborts `signal` and tries elsewhere. */
  readonly firstTokenBudgetMs: number;
  /** Aborts when the caller leaves, the PC is gone, or the budget is over. */
  readonly signal: AbortSignal;
  /** Must be called once with the first piece of the answer: from then on nobody tries elsewhere. */
  firstToken(): void;
  /** What the PC reported at the end; the scheduler learns from it. */
  usage(usage: Usage): void;
}

/** Binds requests to PCs and does what the scheduler says. The one door to the PCs for whoever wants a model. */
export interface Router {
  /**
   * Waits for a place and runs `attempt` there; again on another PC when it fails before `firstToken` with
   * NODE_UNREACHABLE, NODE_FAILED, FLEET_BUSY or MODEL_MISSING. Aborting `signal` frees place and slot at every stage.
   * While all PCs are gone it waits for one to return. Throws at once only when none is set.
   * @throws PilotoError FLEET_EMPTY | FLEET_BUSY | MODEL_MISSING | MODEL_FORBIDDEN | NODE_… | CANCELLED, and whatever
   * `attempt` throws
   */
  route<T>(want: Want, signal: AbortSignal, attempt: (place: Place) => Promise<T>): Promise<T>;
  explain(want: Omit<FleetRequest, "id">): Explanation;
  decisions(): readonly Explanation[];
  overview(): SchedulerOverview;
  /** No new work for a PC, or work again. Survives a restart. @throws PilotoError SETTINGS_INVALID: no such PC */
  drain(node: string, isDrained: boolean): Promise<void>;
}
