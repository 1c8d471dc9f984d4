import type { Language } from "../domain/chat.ts";
import type { AccountId } from "../domain/ids.ts";
import type { Decision } from "../planning/decision.ts";
import { whenText } from "../words/when.ts";
import { whoText } from "../words/who-text.ts";
import { words } from "../words/words.ts";

/** What a decision came to, for the person who pressed or said it: who decided what, and when. Pure. */
export function tellDecision(decision: Decision, by: AccountId, language: Language, nowMs: number): string {
  const say = words(language).conversation;
  switch (decision.kind) {
    case "not-found":
      return say.notFound;
    case "refused":
      return decision.why;
    case "accepted":
      if (decision.action === "dry-run") return decision.detail ?? say.decided["dry-run"];
      if (decision.action === "edit") return say.decided.edit(decision.run.revision, decision.detail ?? "");
      return say.decided[decision.action](whoText(by), whenText(nowMs, nowMs));
    case "too-late":
      return tellLate(decision, language, nowMs);
  }
}

function tellLate(late: Extract<Decision, { kind: "too-late" }>, language: Language, nowMs: number): string {
  const say = words(language).conversation;
  const who = late.decidedBy === undefined ? say.somebody : whoText(late.decidedBy);
  const when = late.decidedAtMs === undefined ? "" : whenText(late.decidedAtMs, nowMs);
  const state = say.states[late.state];
  if (late.why === "revised") return say.tooLate.revised(who, when);
  if (late.why === "expired") return say.tooLate.expired(when);
  if (late.why === "superseded") return say.tooLate.superseded(who, when);
  return late.why === "decided" && late.decidedBy
    ? say.tooLate.decided(state, who, when)
    : say.tooLate.undecided(state);
}
