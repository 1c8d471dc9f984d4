import { keepName } from "../access/keep-name.ts";
import type { Language } from "../domain/chat.ts";
import { isPilotoError } from "../domain/errors.ts";
import { type DecidedAction, decide } from "../planning/decide-plan.ts";
import type { Decision, Press } from "../planning/decision.ts";
import { dryRun } from "../planning/dry-run.ts";
import { editPlan } from "../planning/edit-plan.ts";
import type { ConversationDeps } from "./scene.ts";
import { namesIn, tellDecision } from "./tell-decision.ts";
import { tellFailure } from "./tell-failure.ts";

/**
 * Somebody pressed a button, or said the same in words. Decides by the press alone (run, revision, action) and
 * tells the person who pressed what came of it, in the chat's language: who decided what, and when. What people call
 * whoever presses is kept before, so that the card says it at once.
 * A failed model or machine is a `refused` with the reason; the plan stays as it is.
 */
export async function pressButton(
  press: Press,
  deps: ConversationDeps,
  signal: AbortSignal,
): Promise<{ decision: Decision; reply: string }> {
  const language = await languageOf(press, deps);
  if (language) await keepName({ account: press.by, name: press.name }, deps);
  const spoken = language ?? "en";
  const decision = await settle(press, spoken, deps, signal);
  const names = await deps.stores.read((tx) => namesIn(tx, decision, press));
  return { decision, reply: tellDecision(decision, press.by, { names, language: spoken, nowMs: deps.clock.nowMs() }) };
}

async function settle(
  press: Press,
  language: Language,
  deps: ConversationDeps,
  signal: AbortSignal,
): Promise<Decision> {
  try {
    if (press.action === "edit") return await editPlan(press, deps, signal);
    if (press.action === "dry-run") return await dryRun(press, deps, signal);
    return await decide({ ...press, action: press.action satisfies DecidedAction }, deps);
  } catch (error) {
    if (!isPilotoError(error)) throw error;
    deps.logger.warn({ code: error.code, run: press.runId, action: press.action }, "A press could not be carried out.");
    return { kind: "refused", why: tellFailure(error, language) };
  }
}

/** `undefined` when there is no such run. */
function languageOf(press: Press, { stores }: ConversationDeps): Promise<Language | undefined> {
  return stores.read(async (tx) => {
    const run = await tx.runs.get(press.runId);
    return run && ((await tx.chats.get(run.chatId))?.language ?? "en");
  });
}
