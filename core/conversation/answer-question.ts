import type { Message } from "../domain/chat.ts";
import { asId, faceOf, type MessageId } from "../domain/ids.ts";
import { type AnswerPreview, createAnswerPreview } from "../planning/preview-answer.ts";
import { type Proposed, proposePlan } from "../planning/propose-plan.ts";
import { tellThought } from "../planning/tell-thought.ts";
import { named, namesOf } from "../words/names.ts";
import { whenText } from "../words/when.ts";
import { words } from "../words/words.ts";
import { finishTurn, replyKey } from "./finish-turn.ts";
import { noticeWaits } from "./notice-wait.ts";
import { type ConversationDeps, fullName, type Scene } from "./scene.ts";

/**
 * Lets a model work on a question or a task, and ends the turn: an answer in words, or a draft whose card is
 * announced. A question gets no plan that changes anything.
 * @throws PilotoError with a fleet code when no model could be asked
 */
export async function answerQuestion(
  scene: Scene,
  kind: "question" | "task",
  deps: ConversationDeps,
  signal: AbortSignal,
): Promise<void> {
  const { message, chat, project } = scene;
  const preview = previewIn(scene, deps);
  const history = [...scene.history, ...(await runFacts(scene, deps))];
  const waits = noticeWaits(scene, deps);
  const wordsBefore = () => {
    const text = preview?.shown() ?? (waits.isShown() ? words(chat.language).fleet.hereIsThePlan : undefined);
    return text === undefined ? undefined : { key: replyKey(message.id), text };
  };
  const thinking = { readsOnly: kind === "question", onText: preview?.onText, wordsBefore };
  const asking = { ...deps, fleet: waits.fleet };
  await endTurn(await proposePlan({ chat, project, message, history, ...thinking }, asking, signal), scene, deps);
}

/** Shows unfinished words where the chat's platform can; the final answer has the same key and takes their place. */
function previewIn(
  { chat, message }: Scene,
  { platforms, clock, logger }: ConversationDeps,
): AnswerPreview | undefined {
  const platform = platforms.find(({ face, preview }) => face === faceOf(chat.id) && preview !== undefined);
  if (!platform) return undefined;
  const show = (text: string) => {
    try {
      platform.preview?.(chat.id, text, replyKey(message.id));
    } catch (error) {
      logger.warn({ chatId: chat.id, error }, "A preview could not be shown; the answer comes in any case.");
    }
  };
  return createAnswerPreview(show, clock);
}

async function endTurn(proposed: Proposed, scene: Scene, deps: ConversationDeps): Promise<void> {
  const { message, chat } = scene;
  const say = words(chat.language);
  switch (proposed.kind) {
    case "drafted":
    case "handled-before":
      return;
    case "not-allowed":
      await finishTurn(message, { text: say.conversation.mayNotPropose(fullName(scene)) }, deps);
      return;
    case "rejected-before": {
      const { by, atMs } = proposed.by;
      const when = atMs === undefined ? "" : whenText(atMs, deps.clock.nowMs());
      const names = await deps.stores.read((tx) => namesOf(tx, [by, message.account]));
      const text = say.planning.rejectedBefore(by ? named(by, names) : say.planning.somebody, when);
      await finishTurn(message, { text }, deps);
      return;
    }
    case "thought":
      logLeftOut(proposed.thought.dropped, message, deps);
      await finishTurn(message, { text: tellThought(proposed.thought, chat.language) }, deps);
  }
}

function logLeftOut(dropped: number, message: Message, { logger }: ConversationDeps): void {
  if (dropped > 0) logger.info({ message: message.id, dropped }, "Earlier messages did not fit into the prompt.");
}

const MAX_FACTS = 3_000;

/** What the record says about the chat's newest run: data for the model, so that it need not guess. */
async function runFacts({ chat, active, last }: Scene, { stores, ids }: ConversationDeps): Promise<Message[]> {
  const run = active ?? last;
  if (!run) return [];
  const steps = await stores.read((tx) => tx.steps.of(run.id));
  const facts = {
    run: run.plan.goal,
    state: run.state,
    steps: run.plan.steps.map(({ number, tool, args }) => {
      const step = steps.find((one) => one.number === number);
      return { number, tool, args, state: step?.state, result: step?.summary };
    }),
  };
  const text = JSON.stringify(facts).slice(0, MAX_FACTS);
  const id = asId<MessageId>(ids.next());
  return [{ id, chatId: chat.id, key: `facts:${run.id}`, origin: "tool", text, atMs: run.proposedAtMs }];
}
