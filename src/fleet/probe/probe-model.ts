import { PilotoError } from "../../../core/domain/errors.ts";
import type { FleetModel } from "../../../core/domain/fleet-node.ts";
import { plainLine } from "../../../core/domain/plain-text.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Asked, AskModel } from "./ask-model.ts";
import { type Judgement, judgeCall, judgeJson } from "./judge-answer.ts";
import { PICTURES } from "./pictures.ts";
import { formatQuestion, pictureQuestion, type Question, TASKS, thinkQuestion, toolsQuestion } from "./questions.ts";
import { type Finding, type ModelVerdict, planningOf } from "./verdict.ts";

export const PROBE_PARTS = ["tools", "format", "thinking", "vision"] as const;
export type ProbePart = (typeof PROBE_PARTS)[number];

export interface ProbeDeps {
  readonly ask: AskModel;
  readonly clock: Pick<Clock, "nowMs">;
  /** Called before each part. */
  readonly onPart?: (part: ProbePart) => void;
}

/** `not-now`: its PC is busy, or does not hold it; nothing was learned. */
export type Probed = { readonly kind: "verdict"; readonly verdict: ModelVerdict } | { readonly kind: "not-now" };

/** Of three tries two decide. */
const TRIES = 3;
const DECIDES = 2;

/**
 * Finds out what works for a model by a few tiny requests, up to three of a kind. What it says is compared with what
 * was wanted, and never run. A PC that is busy, gone or fails at everything gives no verdict.
 * @throws PilotoError as the fleet does, and NODE_FAILED when no request at all was answered
 */
export async function probeModel(
  model: Pick<FleetModel, "name" | "abilities"> & { readonly digest: string },
  { ask, clock, onPart }: ProbeDeps,
  signal: AbortSignal,
): Promise<Probed> {
  const tally = { answered: 0, lastWords: "" };
  const put = async (question: Question): Promise<Asked> => {
    const asked = await ask(model.name, question, signal);
    if (asked.kind === "not-now") throw new NotNow();
    if (asked.kind === "said") tally.answered += 1;
    if (asked.kind === "broke") tally.lastWords = asked.words;
    return asked;
  };
  const part = async (name: ProbePart, test: () => Promise<Finding>): Promise<Finding> => {
    const isListed = name === "format" || model.abilities.includes(name);
    if (!isListed) return { works: false, evidence: `Its PC does not say that it has ${name}.` };
    onPart?.(name);
    return test();
  };
  try {
    const tools = await part("tools", () =>
      twoOfThree(async (i) => judged(await put(toolsQuestion(TASKS[i]!)), (said) => judgeCall(said, TASKS[i]!)), {
        yes: "It proposed the right call as a tool call",
      }),
    );
    const format = await part("format", () =>
      twoOfThree(async (i) => judged(await put(formatQuestion(TASKS[i]!)), (said) => judgeJson(said, TASKS[i]!)), {
        yes: "It answered with JSON that fits the schema and holds the right call",
      }),
    );
    const thinking = await part("thinking", async () => thinkingFinding(await put(thinkQuestion())));
    const vision = await part("vision", () =>
      twoOfThree(
        async (i) =>
          judged(await put(pictureQuestion(PICTURES[i]!.image)), ({ text }) =>
            PICTURES[i]!.colour.test(text) ? "right" : { wrong: `it said "${plainLine(text, 60)}"` },
          ),
        { yes: "It named the colour of a picture" },
      ),
    );
    if (tally.answered === 0) throw nothingAnswered(model.name, tally.lastWords);
    const findings = { tools, format, thinking, vision };
    const { name, digest } = model;
    const verdict = { digest, name, planning: planningOf(findings), ...findings, testedAtMs: clock.nowMs() };
    return { kind: "verdict", verdict };
  } catch (error) {
    if (error instanceof NotNow) return { kind: "not-now" };
    throw error;
  }
}

/** Ends a probe from within; never leaves this file. */
class NotNow extends Error {}

function judged(asked: Asked, judge: (said: Extract<Asked, { kind: "said" }>) => Judgement): Judgement | "refused" {
  if (asked.kind === "said") return judge(asked);
  return asked.kind === "refused" ? "refused" : { wrong: `its PC failed at it (${words(asked)})` };
}

/** A refusal is final: the PC refuses such requests whatever they say. */
async function twoOfThree(
  attempt: (i: number) => Promise<Judgement | "refused">,
  { yes }: { readonly yes: string },
): Promise<Finding> {
  let right = 0;
  let wrong = "";
  for (let tries = 1; tries <= TRIES; tries++) {
    const found = await attempt(tries - 1);
    if (found === "refused") return { works: false, evidence: "Its PC refuses such requests for it." };
    if (found === "right") right += 1;
    else wrong = found.wrong;
    const isDecided = right >= DECIDES || tries - right >= DECIDES;
    if (!isDecided) continue;
    const works = right >= DECIDES;
    const counted = `${right} of ${tries} tries`;
    return { works, evidence: works ? `${yes} in ${counted}.` : `Right in ${counted}; else ${wrong}.` };
  }
  throw new Error("Three tries always decide.");
}

function thinkingFinding(asked: Asked): Finding {
  if (asked.kind === "said") return { works: true, evidence: 'It took a request with "think".' };
  return { works: false, evidence: `It did not take a request with "think" (${words(asked)}).` };
}

const words = (asked: Asked) => plainLine("words" in asked ? asked.words : "", 120);

function nothingAnswered(name: string, found: string): PilotoError {
  const why = found === "" ? "every request was refused" : plainLine(found, 200);
  return new PilotoError("NODE_FAILED", `${name} answered none of its test requests (${why}). Look at its PC's log.`);
}
