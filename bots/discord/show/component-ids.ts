import { asId, type RunId } from "../../../core/domain/ids.ts";
import { PRESS_ACTIONS, type PressAction } from "../../../core/domain/plan-run.ts";

/** What the id of a button, select or modal says. It is all that a press needs: no process remembers it. */
export interface PressId {
  readonly kind: PressKind;
  readonly runId: RunId;
  readonly revision: number;
  /** `Card.fence`, where the card has one. */
  readonly fence?: number;
}

/**
 * A press of the card; `confirm-typed` asks for a typed word first. `pick-step` is the choice of a step to edit;
 * `form`, `reason` and `typed` are modals that come back.
 */
export type PressKind = PressAction | (typeof EXTRA_KINDS)[number];

const EXTRA_KINDS = ["confirm-typed", "pick-step", "form", "reason", "typed"] as const;
const KINDS: readonly string[] = [...PRESS_ACTIONS, ...EXTRA_KINDS];

/** Discord's limit for a custom id. */
const LONGEST = 100;

/** `p1:<kind>:<run>:<revision>`, then `@<fence>` where there is one. `undefined` for a run whose id does not fit: its card has no buttons then. */
export function writePressId({ kind, runId, revision, fence }: PressId): string | undefined {
  const text = `p1:${kind}:${runId}:${revision}${fence === undefined ? "" : `@${fence}`}`;
  return text.length <= LONGEST && readPressId(text).kind === "read" ? text : undefined;
}

export type PressIdRead =
  | { readonly kind: "read"; readonly id: PressId }
  /** Piloto's own, of another time; or made by nobody we know. */
  | { readonly kind: "older" | "unknown" };

const WRITTEN = /^p1:([a-z-]{1,20}):([!-9;-~]{1,80}):([1-9]\d{0,8})(?:@(\d{1,15}))?$/;

/** Reads what any process of this version wrote. Total: every text has an answer. */
export function readPressId(text: string): PressIdRead {
  const [, kind, runId, revision, fence] = WRITTEN.exec(text) ?? [];
  if (kind && runId && revision && KINDS.includes(kind)) {
    const id = { kind: kind as PressKind, runId: asId<RunId>(runId), revision: Number(revision) };
    return { kind: "read", id: fence === undefined ? id : { ...id, fence: Number(fence) } };
  }
  return { kind: /^p\d{1,3}:/.test(text) ? "older" : "unknown" };
}
