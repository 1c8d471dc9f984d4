import type { PilotoError } from "../../../core/domain/errors.ts";
import type { Fault, Usage, WaitEstimate } from "../schedule/shapes.ts";
import type { Due } from "../timers.ts";
import type { Place, Want } from "./router.ts";
import type { WatchedNode } from "./watched-node.ts";

/** One request from the moment it is wanted until its caller is answered. It waits, or it was sent. */
export interface Ticket {
  readonly id: number;
  readonly want: Want;
  readonly caller: AbortSignal;
  readonly attempt: (place: Place) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onAbort: () => void;
  /** Absent while it waits. */
  sent: Sent | undefined;
  /** It is one of those that are counted as waiting. */
  isCounted: boolean;
  /** What went wrong at the last PC that was tried. */
  lastFailure: PilotoError | undefined;
  /** The next word to its caller about its waiting. */
  notice: Due | undefined;
  told: { readonly wait: WaitEstimate; readonly atMs: number } | undefined;
}

/** One try at one PC. */
export interface Sent {
  readonly node: WatchedNode;
  readonly own: AbortController;
  hasFirstToken: boolean;
  usage: Usage | undefined;
  /** When it is given up there without a token. */
  budget: Due | undefined;
  /** We broke it off ourselves: what the failure is to be called. */
  broken: { readonly fault: Fault; readonly why: string } | undefined;
}
