import { isPilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { ThinkRefused } from "../fleet-failures.ts";
import { fullName } from "../model-name.ts";
import type { ChatBody } from "../ollama-client.ts";
import type { PreparedModel, PrepareModel } from "../prepared-model.ts";
import type { Place, Router, Want } from "../route/router.ts";
import type { Said } from "./judge-answer.ts";
import type { Question } from "./questions.ts";

/** What came of one question. */
export type Asked =
  | ({ readonly kind: "said" } & Said)
  /** The PC refuses such a request for this model, in these words. */
  | { readonly kind: "refused"; readonly words: string }
  /** It failed at this very request: of the model's making, as long as it answers others. */
  | { readonly kind: "broke"; readonly words: string }
  /** It would have disturbed somebody, or made a PC load a model. */
  | { readonly kind: "not-now" };

/** Puts one question to a model. @throws PilotoError as the router does: then nothing is known of the model */
export type AskModel = (model: string, question: Question, signal: AbortSignal) => Promise<Asked>;

export interface AskDeps {
  readonly router: Router;
  readonly prepare: PrepareModel;
  readonly clock: Clock;
}

/** Who the tests count for, beside the projects. */
export const PROBE_SHARE = "piloto-probe";
/** A PC that was idle a moment ago answers at once, or somebody else was quicker. */
const QUIET_WAIT_MS = 2_000;

/**
 * Asks through the router, as batch work. With `isQuiet` only a PC that is idle and holds the model, with the context
 * that requests get here, is asked: nothing is loaded and nobody waits.
 */
export function createAskModel({ router, prepare, clock }: AskDeps, { isQuiet }: { isQuiet: boolean }): AskModel {
  return async (name, question, signal) => {
    const prepared = await prepare(name, ["completion"], signal);
    if (isQuiet && !isIdleSomewhere(router, prepared.model)) return { kind: "not-now" };
    const want: Want = {
      model: prepared.model,
      class: "batch",
      share: PROBE_SHARE,
      promptTokens: Math.ceil(JSON.stringify(question.messages).length / 4),
      maxTokens: question.maxTokens,
      comesWhole: question.tools !== undefined,
      ...(isQuiet && { deadlineMs: clock.nowMs() + QUIET_WAIT_MS }),
    };
    return router.route(want, signal, async (place) => {
      if (isQuiet && !(await holdsIt(place, prepared, router))) return { kind: "not-now" };
      return askThere(place, toBody(question, prepared, place), place.signal);
    });
  };
}

function isIdleSomewhere(router: Router, model: string): boolean {
  const { copies, nodes } = router.overview();
  return copies.some(
    (copy) =>
      copy.model === model &&
      (copy.state === "ready" || copy.state === "foreign") &&
      nodes.some(({ name, inFlight }) => name === copy.node && inFlight === 0),
  );
}

/** Asked of the PC itself, just before: what was seen seconds ago may have been dropped since. */
async function holdsIt(place: Place, { model, contextTokens }: PreparedModel, router: Router): Promise<boolean> {
  const others = router.overview().nodes.find(({ name }) => name === place.node.name)?.inFlight ?? 1;
  if (others > 1) return false;
  const { models } = await place.client.ps(place.signal);
  const copy = models.find(({ name }) => fullName(name) === model);
  // Another context, from a program beside Piloto: a request of ours would load it afresh.
  return copy !== undefined && (copy.context_length ?? contextTokens) === contextTokens;
}

async function askThere(place: Place, body: ChatBody, signal: AbortSignal): Promise<Asked> {
  try {
    const answer = await place.client.chat(body, signal, { onFirst: () => place.firstToken() });
    place.usage(answer.usage);
    return { kind: "said", text: answer.text, toolCalls: answer.toolCalls, stopped: answer.stopped };
  } catch (error) {
    if (error instanceof ThinkRefused) return { kind: "refused", words: error.message };
    if (isPilotoError(error, "MODEL_LACKS_ABILITY")) return { kind: "refused", words: error.message };
    // Ollama answers 500 for a call that it cannot parse: caught here, so that no breaker opens for a test.
    const isOfItsMaking = ["NODE_FAILED", "ANSWER_CUT_OFF", "ANSWER_TOO_LONG", "CONTEXT_TOO_LARGE"] as const;
    if (isOfItsMaking.some((code) => isPilotoError(error, code))) {
      return { kind: "broke", words: (error as Error).message };
    }
    throw error;
  }
}

function toBody({ messages, tools, format, think, image, maxTokens }: Question, prepared: PreparedModel, place: Place) {
  const last = messages.length - 1;
  const body: ChatBody = {
    model: prepared.model,
    messages: messages.map(({ role, content }, i) => ({
      role,
      content,
      ...(image !== undefined && i === last && { images: [image] }),
    })),
    ...(tools && { tools: tools.map((tool) => ({ type: "function", function: { ...tool } })) }),
    ...(format && { format }),
    think: think ?? false,
    keep_alive: place.keepAliveS,
    options: { ...prepared.options, num_predict: maxTokens },
  };
  return body;
}
