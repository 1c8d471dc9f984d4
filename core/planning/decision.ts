import type { AccountId, RunId } from "../domain/ids.ts";
import type { PlanRun, PressAction, RunState } from "../domain/plan-run.ts";
import type { Json } from "../domain/result.ts";

/** Somebody pressed a button, or said the same in words. */
export interface Press {
  readonly runId: RunId;
  /** The revision that the person saw. */
  readonly revision: number;
  readonly action: PressAction;
  readonly by: AccountId;
  /** The stop that the person saw (`Card.fence`); absent when the words or the face do not tell. */
  readonly fence?: number;
  /** What people call `by` now, as `Actor.name`. */
  readonly name?: string;
  /** The groups of `by` that the face vouches for at the moment of the press. */
  readonly groups?: readonly AccountId[];
  /** With `cancel`: why, in the person's own words. It is kept with the run, on its card and in the audit log. */
  readonly reason?: string;
  /** With `edit`: what to change. */
  readonly change?: PlanChange;
}

/** One edit of a draft. Steps are numbered as the person saw them. */
export type PlanChange =
  | { readonly kind: "drop"; readonly step: number }
  | { readonly kind: "move"; readonly step: number; readonly to: number }
  | { readonly kind: "set"; readonly step: number; readonly path: readonly (string | number)[]; readonly value: Json }
  | { readonly kind: "words"; readonly text: string }
  /** Edits of a form, all or none, as one revision. Every step number is that of the plan before. */
  | { readonly kind: "several"; readonly changes: readonly SingleChange[] };

export type SingleChange = Extract<PlanChange, { kind: "drop" | "move" | "set" }>;

/** What a press came to. Expected noes are values; the person who pressed is told the truth of them. */
export type Decision =
  | { readonly kind: "accepted"; readonly action: PressAction; readonly run: PlanRun; readonly detail?: string }
  /** Somebody or something was first: the state now, who decided and when. */
  | {
      readonly kind: "too-late";
      readonly state: RunState;
      readonly why: "decided" | "revised" | "expired" | "superseded" | "not-offered";
      readonly decidedBy?: AccountId;
      readonly decidedAtMs?: number;
    }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "not-found" };
