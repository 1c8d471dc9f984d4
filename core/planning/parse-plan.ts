import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../domain/result.ts";
import type { ChatReply, ModelToolCall } from "../ports/model-fleet.ts";
import { extractJson, isTooDeep, parseLenient, wellFormed, wellFormedText } from "./extract-json.ts";

/** One step as a model wrote it: nothing in it is believed yet. */
export interface RawStep {
  readonly service: string;
  readonly operation: string;
  readonly args: JsonObject;
  readonly title?: string;
}

/** What a model's answer says, whatever it was wrapped in. */
export type Parsed =
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "ask"; readonly text: string }
  | { readonly kind: "plan"; readonly goal?: string; readonly steps: readonly RawStep[] }
  /** It tried to call or propose something and cannot be understood; `why` goes back to the model. */
  | { readonly kind: "unreadable"; readonly why: string };

/** Arguments larger than this are not shown to a person on a card, so they are not read either. */
const MAX_ARGUMENT_CHARS = 32_000;

/**
 * Reads a reply: native tool calls (arguments as an object or as a JSON string, one or several), or JSON in the
 * text by itself, fenced, tagged or with prose around it, or plain prose. Pure; the same reply reads the same.
 */
export function parsePlan(reply: Pick<ChatReply, "text" | "toolCalls">): Parsed {
  if (reply.toolCalls.length > 0) return fromCalls(reply.toolCalls);
  const text = withoutThinking(reply.text);
  if (text === "") return { kind: "unreadable", why: "The answer is empty." };
  const extracted = extractJson(text);
  if (extracted.kind === "found") return fromJson(extracted.value, text);
  if (looksLikeACall(text)) {
    const why = extracted.kind === "broken" ? extracted.why : "it is not JSON";
    return { kind: "unreadable", why: `The answer holds a call that cannot be read: ${why}.` };
  }
  return { kind: asksAtItsEnd(text) ? "ask" : "answer", text };
}

const CALL_NAMES = ["mcp_request", "propose_plan", "ask_person", "answer"] as const;
type CallName = (typeof CALL_NAMES)[number];
const isCallName = (name: unknown): name is CallName => CALL_NAMES.includes(name as CallName);

const Text = z.string().trim().min(1);
const Step = z.object({ service: Text, operation: Text, title: z.string().optional() });
const ProposedPlan = z.object({ goal: z.string().optional(), steps: z.array(z.unknown()) });
const Question = z.object({ question: Text });
const Answer = z.object({ text: Text });

function fromCalls(calls: readonly ModelToolCall[]): Parsed {
  const read = calls.map(fromCall);
  const bad = read.find((one) => one.kind === "unreadable");
  const question = read.find((one) => one.kind === "ask");
  if (question) return question;
  if (bad) return bad;
  const plans = read.filter((one) => one.kind === "plan");
  const [first] = read;
  if (plans.length === 0) return first!;
  const goal = plans.find((plan) => plan.goal !== undefined)?.goal;
  if (plans.length > 1 && plans.some((plan) => plan.goal !== undefined)) {
    return { kind: "unreadable", why: "Several plans came at once. Propose one plan with all steps." };
  }
  return { kind: "plan", goal, steps: plans.flatMap((plan) => plan.steps) };
}

function fromCall(call: ModelToolCall): Parsed {
  if (!isCallName(call.name)) {
    const known = "mcp_request, propose_plan and ask_person";
    return { kind: "unreadable", why: `There is no tool "${call.name.slice(0, 80)}". Call only ${known}.` };
  }
  const args = toObject(call.args);
  if (!args) return { kind: "unreadable", why: `The arguments of ${call.name} are not a JSON object.` };
  return fromNamed(call.name, args);
}

function fromNamed(name: CallName, args: JsonObject): Parsed {
  if (name === "ask_person") {
    const question = Question.safeParse(args);
    if (question.success) return { kind: "ask", text: question.data.question };
    return { kind: "unreadable", why: 'ask_person needs "question", a text.' };
  }
  if (name === "answer") {
    const answer = Answer.safeParse(args);
    return answer.success
      ? { kind: "answer", text: answer.data.text }
      : { kind: "unreadable", why: 'An answer needs "text", a text that is not empty.' };
  }
  return name === "mcp_request" ? fromSteps(undefined, [args]) : fromProposal(args);
}

function fromProposal(args: JsonObject): Parsed {
  const steps = typeof args.steps === "string" ? parseLenient(args.steps) : undefined;
  const plan = ProposedPlan.safeParse(steps?.kind === "found" ? { ...args, steps: steps.value } : args);
  if (!plan.success) return { kind: "unreadable", why: 'A plan needs "steps", a list of steps.' };
  if (plan.data.steps.length === 0) return { kind: "unreadable", why: "The plan has no steps." };
  return fromSteps(plan.data.goal, plan.data.steps as Json[]);
}

function fromSteps(goal: string | undefined, rawSteps: readonly Json[]): Parsed {
  const steps: RawStep[] = [];
  for (const [index, raw] of rawSteps.entries()) {
    const step = Step.safeParse(raw);
    if (!step.success || !isJsonObject(raw)) {
      return { kind: "unreadable", why: `Step ${index + 1} needs "service" and "operation", both texts.` };
    }
    const args = toObject(raw.arguments ?? raw.args ?? raw.parameters ?? {});
    if (!args) return { kind: "unreadable", why: `The arguments of step ${index + 1} are not a JSON object.` };
    if (JSON.stringify(args).length > MAX_ARGUMENT_CHARS) {
      return {
        kind: "unreadable",
        why: `The arguments of step ${index + 1} are larger than ${MAX_ARGUMENT_CHARS} characters.`,
      };
    }
    steps.push({ service: step.data.service, operation: step.data.operation, args, title: step.data.title });
  }
  return { kind: "plan", goal, steps };
}

/** `{kind: …}` of the `format` way in; a tool call written as text; a bare plan or step. */
function fromJson(value: Json, text: string): Parsed {
  if (Array.isArray(value)) return fromList(value, text);
  if (!isJsonObject(value)) return { kind: "answer", text };
  if (typeof value.kind === "string") return fromKind(value.kind, value);
  const named = isJsonObject(value.function) ? value.function : value;
  if (isCallName(named.name)) return fromCall({ name: named.name, args: named.arguments ?? named.parameters ?? {} });
  if (Array.isArray(value.tool_calls)) return fromList(value.tool_calls, text);
  if (Array.isArray(value.steps)) return fromProposal(value);
  if (typeof value.operation === "string") return fromSteps(undefined, [value]);
  if (typeof value.question === "string") return fromNamed("ask_person", value);
  return looksLikeACall(text)
    ? { kind: "unreadable", why: "The JSON is neither a call, a plan, a question nor an answer." }
    : { kind: "answer", text };
}

function fromKind(kind: string, value: JsonObject): Parsed {
  if (kind === "answer") return fromNamed("answer", value);
  if (kind === "ask") return fromNamed("ask_person", { question: value.question ?? value.text ?? "" });
  if (kind === "plan") return fromProposal(value);
  if (kind === "call") return Array.isArray(value.steps) ? fromProposal(value) : fromSteps(undefined, [value]);
  return { kind: "unreadable", why: `"kind" must be answer, ask, call or plan, not "${kind.slice(0, 40)}".` };
}

function fromList(values: readonly Json[], text: string): Parsed {
  const objects = values.filter(isJsonObject);
  if (objects.length === 0 || objects.length < values.length) return { kind: "answer", text };
  const calls = objects.map((item) => (isJsonObject(item.function) ? item.function : item));
  if (calls.every((call) => typeof call.name === "string" && call.operation === undefined)) {
    return fromCalls(calls.map((call) => ({ name: String(call.name), args: call.arguments ?? call.parameters ?? {} })));
  }
  return fromSteps(undefined, values);
}

function toObject(value: Json): JsonObject | undefined {
  if (isJsonObject(value)) return isTooDeep(value) ? undefined : (wellFormed(value) as JsonObject);
  if (typeof value !== "string") return undefined;
  if (value.trim() === "") return {};
  const read = parseLenient(value);
  return read.kind === "found" && isJsonObject(read.value) ? read.value : undefined;
}

/** Models that think aloud put it in tags before the answer; it is not part of what they say. */
function withoutThinking(text: string): string {
  let rest = text;
  for (const tag of ["think", "thinking"]) rest = withoutTag(rest, tag);
  return wellFormedText(rest.trim());
}

/** From each opening tag to the next closing one; a tag that nobody closes stays. Linear in the text. */
function withoutTag(text: string, tag: string): string {
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  let out = "";
  for (let at = 0; ; ) {
    const open = lower.indexOf(`<${tag}>`, at);
    const close = open < 0 ? -1 : lower.indexOf(`</${tag}>`, open);
    if (close < 0) return out + text.slice(at);
    out += text.slice(at, open);
    at = close + tag.length + 3;
  }
}

function looksLikeACall(text: string): boolean {
  return (
    /mcp_request|propose_plan|ask_person|<tool_call>|"(?:steps|operation|tool_calls|kind)"\s*:/.test(text) ||
    /^(?:```[a-z]*\s*)?[[{]/i.test(text)
  );
}

function asksAtItsEnd(text: string): boolean {
  return /[?？]["')\]*_\s]*$/.test(text);
}
