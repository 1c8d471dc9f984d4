import type { PlanRun } from "../domain/plan-run.ts";
import type { Decision, PlanChange } from "../planning/decision.ts";
import type { Tx } from "../ports/stores.ts";
import { named } from "../words/names.ts";
import { whenText } from "../words/when.ts";
import { words } from "../words/words.ts";
import { endingStores } from "./ending-stores.ts";
import { noticeWaits } from "./notice-wait.ts";
import { pressButton } from "./press-button.ts";
import type { DecisionInWords } from "./read-intent.ts";
import type { ConversationDeps, Scene } from "./scene.ts";
import { namesIn, tellDecision } from "./tell-decision.ts";

/**
 * Words that decide: the same as a press on the plan that the person could see when speaking. What came later is
 * not decided by them, and with nothing to decide the answer says so, and what was decided last.
 */
export async function decideInWords(
  action: DecisionInWords,
  scene: Scene,
  deps: ConversationDeps,
  signal: AbortSignal,
): Promise<string> {
  const say = words(scene.chat.language).conversation;
  const isAboutDraft = action === "confirm" || action === "cancel";
  const run = isAboutDraft ? scene.pending : (scene.active ?? (action === "retry" ? failedRun(scene) : undefined));
  if (!run) return tellNothing(action, scene, deps.clock.nowMs());
  if (isAboutDraft && scene.pendingCameLater) return say.cameLate;
  return press(action, run, undefined, scene, deps, signal);
}

/** A change of the pending plan in words, or a dry run of it. */
export function workOnPending(
  what: { action: "edit"; change: PlanChange } | { action: "dry-run"; change?: undefined },
  scene: Scene,
  deps: ConversationDeps,
  signal: AbortSignal,
): Promise<string> {
  const say = words(scene.chat.language).conversation;
  if (!scene.pending) return Promise.resolve(tellNothing("confirm", scene, deps.clock.nowMs()));
  if (scene.pendingCameLater) return Promise.resolve(say.cameLate);
  return press(what.action, scene.pending, what.change, scene, deps, signal);
}

async function press(
  action: DecisionInWords | "edit" | "dry-run",
  run: PlanRun,
  change: PlanChange | undefined,
  scene: Scene,
  deps: ConversationDeps,
  signal: AbortSignal,
): Promise<string> {
  const { message, chat } = scene;
  const { id: runId, revision } = run;
  const by = message.account!;
  const { groups } = message;
  const toEnd = async (decision: Extract<Decision, { kind: "accepted" }>, tx: Tx) => ({
    text: tellDecision(decision, by, {
      language: chat.language,
      names: await namesIn(tx, decision, { by, runId }),
      nowMs: deps.clock.nowMs(),
    }),
    isAboutPlan: action === "edit",
  });
  const stores = endingStores(message, toEnd, deps);
  const { fleet } = noticeWaits(scene, deps);
  const asking = { ...deps, stores, fleet };
  const { reply } = await pressButton({ runId, revision, action, by, groups, change }, asking, signal);
  return reply;
}

const failedRun = ({ last }: Scene) => (last?.state === "error" ? last : undefined);

/** Nothing fits the words: say so, and who decided the last plan and when. */
function tellNothing(action: DecisionInWords, { chat, pending, active, last, names }: Scene, nowMs: number): string {
  const say = words(chat.language).conversation;
  if (action === "stop" && pending) return say.nothing.stopPending;
  const known = active ?? last;
  if (!known) return say.nothing[action];
  const state = say.states[known.state];
  const about =
    known.decidedBy && known.decidedAtMs !== undefined
      ? say.lastDecision(known.plan.goal, state, named(known.decidedBy, names), whenText(known.decidedAtMs, nowMs))
      : say.lastRun(known.plan.goal, state);
  return `${say.nothing[action]} ${about}`;
}
