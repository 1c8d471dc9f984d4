import type { Chat, Message } from "../domain/chat.ts";
import { isPilotoError, PilotoError } from "../domain/errors.ts";
import type { AccountId } from "../domain/ids.ts";
import { isReadOnly, type Plan } from "../domain/plan.ts";
import type { Project } from "../domain/project.ts";
import type { Tool, ToolCard } from "../domain/tool.ts";
import type { ChatReply, ModelFleet } from "../ports/model-fleet.ts";
import type { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { checkPlan, type Problem } from "./check-plan.ts";
import { type ChosenModel, chooseModel } from "./choose-model.ts";
import { claimsAnAction } from "./false-claim.ts";
import { type Parsed, parsePlan } from "./parse-plan.ts";
import { type Feedback, MAX_CARDS, type Prompt, planPrompt } from "./plan-prompt.ts";

export interface ThinkRequest {
  readonly chat: Chat;
  readonly project: Project;
  readonly account: AccountId;
  readonly text: string;
  /** Oldest first, without the request itself. */
  readonly history: readonly Message[];
  /** The draft that the request wants changed. */
  readonly present?: Plan;
  /** A question was asked: a plan may look things up, not change them. */
  readonly readsOnly?: boolean;
  /** Gets the text of a model that answers in words, while it writes. Not asked for JSON, and not a second time. */
  readonly onText?: (piece: string) => void;
}

export interface ThinkDeps {
  readonly fleet: Pick<ModelFleet, "chat" | "models">;
  readonly tools: ToolCatalogue;
}

/** What came of asking a model. Only `plan` may become a draft. */
export type Thought = ThoughtBody & {
  readonly model: string;
  /** Earlier messages that the model did not see, for lack of room. */
  readonly dropped: number;
  /** Answers that were sent back to the model. */
  readonly sentBack: number;
};
export type ThoughtBody =
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "ask"; readonly text: string }
  | { readonly kind: "plan"; readonly plan: Plan }
  /** Required values that nobody said: to be asked for. */
  | { readonly kind: "missing"; readonly problems: readonly Problem[] }
  /** It said that something was done. Nothing was. */
  | { readonly kind: "claim" }
  /** No usable answer came, although the problems went back to the model. */
  | { readonly kind: "cannot"; readonly problems: readonly string[] };

/** Answers that go back to the model before a person is asked. */
const SENT_BACK_AT_MOST = 2;
/** Endpoints whose whole schema is in the prompt; the others are one line each. */
const DETAILED = 3;
const SEARCH_CHARS = 600;

/**
 * Asks a model until its answer can be used, at most three times; every proposal is checked, and what is wrong with
 * it goes back. Never throws for what the model says.
 * @throws PilotoError with a fleet code (FLEET_EMPTY, MODEL_MISSING, CONTEXT_TOO_LARGE, CANCELLED …)
 */
export async function thinkPlan(request: ThinkRequest, deps: ThinkDeps, signal: AbortSignal): Promise<Thought> {
  const model = chooseModel(await deps.fleet.models(), request.project.model);
  const cards = await cardsFor(request, deps.tools);
  const detailed = await schemasOf(request.project, cards.slice(0, DETAILED), deps.tools);
  const words = spokenWords(request);
  let feedback: Feedback | undefined;
  let askedFor: readonly string[] = [];
  for (let sentBack = 0; ; sentBack++) {
    const { reply, prompt } = await ask({ request, model, cards, detailed, feedback }, deps, signal);
    const about = { model: model.name, dropped: prompt.dropped, sentBack };
    const parsed = readReply(reply);
    const judged = await judge(parsed, { request, tools: deps.tools, words, askedFor });
    const isLast = sentBack === SENT_BACK_AT_MOST;
    if (judged.kind === "usable") return { ...judged.thought, ...about };
    if (isLast) return { ...lastWord(judged), ...about };
    askedFor = [...new Set([...askedFor, ...missingOf(judged.problems).map(({ missing }) => missing?.path ?? "")])];
    feedback = toFeedback(judged, reply, sentBack + 1);
  }
}

type Judged =
  | { readonly kind: "usable"; readonly thought: ThoughtBody }
  | {
      readonly kind: "unusable";
      readonly problems: readonly Problem[];
      readonly texts: readonly string[];
      readonly isClaim: boolean;
    };

interface JudgeBy {
  readonly request: ThinkRequest;
  readonly tools: ToolCatalogue;
  readonly words: string;
  /** Arguments that were missing before: what the model now fills in must be somebody's words. */
  readonly askedFor: readonly string[];
}

async function judge(parsed: Parsed, by: JudgeBy): Promise<Judged> {
  if (parsed.kind === "unreadable") return unusable([], [parsed.why]);
  if (parsed.kind === "answer" || parsed.kind === "ask") {
    if (!claimsAnAction(parsed.text)) return { kind: "usable", thought: parsed };
    const why = "You said that something was done. Nothing was: propose the calls, or say what you can do.";
    return { ...unusable([], [why]), isClaim: true };
  }
  const { request, tools, words, askedFor } = by;
  const checked = await checkPlan(parsed, { project: request.project, tools, words, goal: request.text });
  if (checked.kind === "valid") {
    if (request.readsOnly && !isReadOnly(checked.plan)) return unusable([], [QUESTION_ONLY]);
    const invented = inventedValues(checked.plan, askedFor, words);
    if (invented.length === 0) return { kind: "usable", thought: { kind: "plan", plan: checked.plan } };
    return unusable([], invented);
  }
  return unusable(
    checked.problems,
    checked.problems.map((problem) => problem.text),
  );
}

const QUESTION_ONLY = "The person asked a question. Answer it, ask back, or propose reading calls only.";

const unusable = (problems: readonly Problem[], texts: readonly string[]) =>
  ({ kind: "unusable", problems, texts, isClaim: false }) as const;

function lastWord(judged: Extract<Judged, { kind: "unusable" }>): ThoughtBody {
  if (judged.isClaim) return { kind: "claim" };
  const missing = missingOf(judged.problems);
  if (missing.length > 0 && missing.length === judged.problems.length) return { kind: "missing", problems: missing };
  return { kind: "cannot", problems: judged.texts };
}

const missingOf = (problems: readonly Problem[]) => problems.filter((problem) => problem.kind === "missing");

/** A value that was missing before and that the model then filled in, although no person said it. */
function inventedValues(plan: Plan, askedFor: readonly string[], words: string): string[] {
  const said = words.toLowerCase();
  return plan.steps.flatMap((step) =>
    askedFor.flatMap((path) => {
      const value = path
        .split(".")
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], step.args);
      if (typeof value !== "string" && typeof value !== "number") return [];
      const text = String(value).toLowerCase();
      if (text.includes("{{") || said.includes(text)) return [];
      return [`Step ${step.number}: nobody said "${text.slice(0, 60)}" for ${path}. Ask the person for it.`];
    }),
  );
}

function readReply(reply: ChatReply | Unfinished): Parsed {
  if ("unfinished" in reply) return { kind: "unreadable", why: reply.unfinished };
  if (reply.stopped === "length") {
    return { kind: "unreadable", why: "The answer did not end within its limit. Answer shortly." };
  }
  return parsePlan(reply);
}

/** The model did answer, without an end: its own fault, which it is told. */
interface Unfinished {
  readonly unfinished: string;
}

interface Asked {
  readonly prompt: Prompt;
  readonly reply: ChatReply | Unfinished;
}

interface AskInput {
  readonly request: ThinkRequest;
  readonly model: ChosenModel;
  readonly cards: readonly ToolCard[];
  readonly detailed: readonly Tool[];
  readonly feedback?: Feedback;
}

async function ask(input: AskInput, { fleet, tools }: ThinkDeps, signal: AbortSignal): Promise<Asked> {
  const prompt = promptOf(input, input.model.contextTokens);
  try {
    return { prompt, reply: await send(prompt, input, fleet, signal) };
  } catch (error) {
    if (isPilotoError(error, "ANSWER_TOO_LONG") || isPilotoError(error, "ANSWER_CUT_OFF")) {
      return { prompt, reply: { unfinished: "The answer did not end. Answer shortly." } };
    }
    if (isPilotoError(error, "MODEL_LACKS_ABILITY") && input.model.way === "tools") {
      // An older PC tells abilities that its model does not have: the other way in needs none.
      return ask({ ...input, model: { ...input.model, way: "format" } }, { fleet, tools }, signal);
    }
    if (!isPilotoError(error, "CONTEXT_TOO_LARGE")) throw error;
    // The model's own count differs from ours: once more with half the room, so that less history goes along.
    const smaller = promptOf(input, Math.floor(input.model.contextTokens / 2));
    return { prompt: smaller, reply: await send(smaller, input, fleet, signal) };
  }
}

function promptOf({ request, model, cards, detailed, feedback }: AskInput, contextTokens: number): Prompt {
  const { history, account, text, present, project } = request;
  const prompt = planPrompt({
    way: model.way,
    contextTokens,
    cards,
    detailed,
    history,
    request: { account, text },
    present,
    stepsPerPlan: project.limits.stepsPerPlan,
    feedback,
  });
  if (!prompt.isTooLarge) return prompt;
  const room = `${model.name} reads ${contextTokens} tokens`;
  throw new PilotoError("CONTEXT_TOO_LARGE", `The message is too long for the model: ${room}. Send a shorter one.`);
}

function send(prompt: Prompt, { model, request, feedback }: AskInput, fleet: ThinkDeps["fleet"], signal: AbortSignal) {
  const { messages, tools, format, maxTokens } = prompt;
  const asks = { affinity: request.chat.id, share: request.project.id, priority: "interactive" } as const;
  const onText = model.way === "tools" && !feedback ? request.onText : undefined;
  return fleet.chat({ model: model.name, messages, tools, format, maxTokens, onText, ...asks }, signal);
}

function toFeedback(
  judged: Extract<Judged, { kind: "unusable" }>,
  reply: ChatReply | Unfinished,
  attempt: number,
): Feedback {
  const said = "unfinished" in reply ? "" : reply.text || JSON.stringify(reply.toolCalls);
  const tools = [...new Map(judged.problems.flatMap(({ tool }) => (tool ? [[tool.key, tool] as const] : []))).values()];
  return { attempt, of: SENT_BACK_AT_MOST, said, problems: judged.texts, tools };
}

/** The tools of the present plan first, then what the search finds for the words of the request. */
async function cardsFor({ project, text, history, present }: ThinkRequest, tools: ToolCatalogue): Promise<ToolCard[]> {
  const before = [...history].reverse().find((message) => message.origin === "person")?.text ?? "";
  const found = await tools.search(project.id, `${text.slice(0, SEARCH_CHARS)}`, MAX_CARDS);
  const more = found.length < MAX_CARDS ? await tools.search(project.id, before.slice(0, SEARCH_CHARS), MAX_CARDS) : [];
  const used = await Promise.all((present?.steps ?? []).map((step) => tools.get(project.id, step.tool)));
  const all = [...used.filter((tool) => tool?.isAllowed), ...found, ...more].filter((card) => card !== undefined);
  return [...new Map(all.map((card) => [card.key, card])).values()].slice(0, MAX_CARDS);
}

async function schemasOf(project: Project, cards: readonly ToolCard[], tools: ToolCatalogue): Promise<Tool[]> {
  const found = await Promise.all(cards.map((card) => tools.get(project.id, card.key)));
  return found.filter((tool) => tool !== undefined);
}

/** All that people said in the chat, this request included. Data (threads, tools) may name a value too. */
function spokenWords({ text, history, present }: ThinkRequest): string {
  const earlier = history.filter((message) => message.origin !== "piloto").map((message) => message.text);
  const standing = present ? present.steps.map((step) => JSON.stringify(step.args)) : [];
  return [...earlier, ...standing, text].join("\n");
}
