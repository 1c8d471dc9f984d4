import type { Language } from "../domain/chat.ts";
import type { AccountId } from "../domain/ids.ts";
import { accountsOf } from "../domain/plan-run.ts";
import type { Decision, Press } from "../planning/decision.ts";
import type { ReadTx } from "../ports/stores.ts";
import { type Names, named, namesOf } from "../words/names.ts";
import { whenText } from "../words/when.ts";
import { words } from "../words/words.ts";

/** In which words, and what the people of the decision are called: see `namesIn`. */
export interface Said {
  readonly language: Language;
  readonly names: Names;
  readonly nowMs: number;
}

/** What to call the people whom a decision names, told apart from the others of its run. */
export async function namesIn(
  tx: Pick<ReadTx, "people" | "runs">,
  decision: Decision,
  { by, runId }: Pick<Press, "by" | "runId">,
): Promise<Names> {
  const run = await tx.runs.get(runId);
  const decider = decision.kind === "too-late" ? decision.decidedBy : undefined;
  return namesOf(tx, [by, decider, ...(run ? accountsOf(run) : [])]);
}

/** What a decision came to, for the person who pressed or said it: who decided what, and when. Pure. */
export function tellDecision(decision: Decision, by: AccountId, said: Said): string {
  const { language, names, nowMs } = said;
  const say = words(language).conversation;
  switch (decision.kind) {
    case "not-found":
      return say.notFound;
    case "refused":
      return decision.why;
    case "accepted":
      if (decision.action === "dry-run") return decision.detail ?? say.decided["dry-run"];
      if (decision.action === "edit") return say.decided.edit(decision.run.revision, decision.detail ?? "");
      return say.decided[decision.action](named(by, names), whenText(nowMs, nowMs));
    case "too-late":
      return tellLate(decision, said);
  }
}

function tellLate(late: Extract<Decision, { kind: "too-late" }>, { language, names, nowMs }: Said): string {
  const say = words(language).conversation;
  const who = late.decidedBy === undefined ? say.somebody : named(late.decidedBy, names);
  const when = late.decidedAtMs === undefined ? "" : whenText(late.decidedAtMs, nowMs);
  const state = say.states[late.state];
  if (late.why === "revised") return say.tooLate.revised(who, when);
  if (late.why === "expired") return say.tooLate.expired(when);
  if (late.why === "superseded") return say.tooLate.superseded(who, when);
  return late.why === "decided" && late.decidedBy
    ? say.tooLate.decided(state, who, when)
    : say.tooLate.undecided(state);
}
