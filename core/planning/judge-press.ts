import { type Holder, may } from "../access/may.ts";
import { offeredActions, type PlanRun, type PressAction, type Vote } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";
import type { Tx } from "../ports/stores.ts";
import type { Decision, Press } from "./decision.ts";

type Late = Extract<Decision, { kind: "too-late" }>;

/**
 * Whether they may press this button of this run: confirming, retrying and continuing need `confirm`; ending,
 * editing and trying out are also open to who asked for the run (with any of their accounts), as long as they may
 * propose. The answer names the sentence of a no.
 */
export function mayPress(
  who: Holder,
  action: PressAction,
  { run, project }: { run: PlanRun; project: Project },
): "yes" | "confirm" | "end" {
  if (may(who, "confirm", project)) return "yes";
  if (STARTS.includes(action)) return "confirm";
  const isOwn = who.account === run.requestedBy || who.linked?.includes(run.requestedBy);
  return isOwn && may(who, "propose", project) ? "yes" : "end";
}

const STARTS: readonly PressAction[] = ["confirm", "retry", "continue"];
/** They answer what one stop asks; the next stop asks anew. */
const AFTER_STOP: readonly PressAction[] = ["retry", "continue", "abandon"];
const ON_DRAFTS: readonly PressAction[] = ["confirm", "edit", "dry-run", "cancel"];

/** `undefined` when the press is in time; else the truth about who or what was first. */
export async function judgePress(tx: Tx, press: Press, run: PlanRun): Promise<Late | undefined> {
  const { state } = run;
  if (state === "draft" && press.revision !== run.revision) {
    const last = (await tx.runs.revisions(run.id)).at(-1);
    return { kind: "too-late", state, why: "revised", decidedBy: last?.by, decidedAtMs: last?.atMs };
  }
  const isOfferedNow = press.fence === undefined || press.fence === run.fence || !AFTER_STOP.includes(press.action);
  if (press.revision === run.revision && isOfferedNow && offeredActions(run).includes(press.action)) return undefined;
  if (state === "expired") return { kind: "too-late", state, why: "expired", decidedAtMs: run.expiresAtMs };
  if (state === "superseded") {
    const newer = run.supersededBy && (await tx.runs.get(run.supersededBy));
    const by = { decidedBy: newer?.requestedBy ?? run.decidedBy, decidedAtMs: newer?.proposedAtMs ?? run.decidedAtMs };
    return { kind: "too-late", state, why: "superseded", ...by };
  }
  const decision = await lastDecision(tx, press, run);
  return { kind: "too-late", state, why: decision ? "decided" : "not-offered", ...decision };
}

/** The decision that this press came after: the last counted one, or the run's own memory of it. */
async function lastDecision(tx: Tx, press: Press, run: PlanRun) {
  const counted = (await tx.votes.of(run.id)).filter((vote) => vote.counted && DECIDES.includes(vote.action));
  const last: Vote | undefined = ON_DRAFTS.includes(press.action)
    ? counted.find((vote) => ON_DRAFTS.includes(vote.action))
    : counted.filter((vote) => !ON_DRAFTS.includes(vote.action)).at(-1);
  if (last) return { decidedBy: last.by, decidedAtMs: last.atMs };
  if (!ON_DRAFTS.includes(press.action) || run.state === "draft") return undefined;
  return { decidedBy: run.decidedBy, decidedAtMs: run.decidedAtMs };
}

const DECIDES: readonly PressAction[] = ["confirm", "cancel", "stop", "retry", "continue", "abandon"];
