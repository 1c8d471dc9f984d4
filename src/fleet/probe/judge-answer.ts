import { Ajv2020 } from "ajv/dist/2020.js";
import { plainLine } from "../../../core/domain/plain-text.ts";
import { isJsonObject, type JsonObject } from "../../../core/domain/result.ts";
import type { ModelToolCall } from "../../../core/ports/model-fleet.ts";
import { OPERATION, PROBE_FORMAT, PROBE_TOOLS, SERVICE, type Task } from "./questions.ts";

/** What a model said, as far as it is judged. */
export interface Said {
  readonly text: string;
  readonly toolCalls: readonly ModelToolCall[];
  readonly stopped: "end" | "length";
}

/** `right`, or what was wrong in a few words that end a sentence. */
export type Judgement = "right" | { readonly wrong: string };

const ajv = new Ajv2020({ strict: false });
const isAnswer = ajv.compile(PROBE_FORMAT);
const CALLS = new Map(PROBE_TOOLS.map(({ name, parameters }) => [name, ajv.compile(parameters)]));
/** Longer than any right answer; no time is spent on what is longer. */
const LONGEST = 8_000;

/** Whether the one call that the task asks for came as a tool call. What is in it is compared, never run. */
export function judgeCall({ text, toolCalls, stopped }: Said, task: Task): Judgement {
  const [call, ...more] = toolCalls;
  if (!call) return { wrong: stopped === "length" ? "it did not come to an end" : `it said ${quoted(text)}` };
  const check = CALLS.get(call.name);
  if (!check) return { wrong: `it called a tool that there is not, ${quoted(call.name)}` };
  const args = typeof call.args === "string" ? parsed(call.args) : call.args;
  if (!isJsonObject(args) || !check(args)) return { wrong: `the arguments of ${call.name} do not fit its schema` };
  const steps = call.name === "propose_plan" ? args.steps : [args];
  if (call.name === "ask_person" || more.length > 0) return { wrong: "it did not propose one call" };
  return judgeSteps(steps, task);
}

/** Whether it answered with JSON that fits the schema and holds the one call that the task asks for. */
export function judgeJson({ text, stopped }: Said, task: Task): Judgement {
  if (stopped === "length") return { wrong: "it did not come to an end" };
  const value = parsed(text.trim());
  if (value === undefined) return { wrong: `it said ${quoted(text)}, which is not JSON` };
  if (!isJsonObject(value) || !isAnswer(value)) return { wrong: "its JSON does not fit the schema" };
  return judgeSteps(value.steps, task);
}

function judgeSteps(steps: unknown, { part, quantity }: Task): Judgement {
  const [step, ...more] = Array.isArray(steps) ? steps : [];
  if (!isJsonObject(step) || more.length > 0) return { wrong: "it did not propose one call" };
  const isEndpoint = step.service === SERVICE && step.operation === OPERATION;
  if (!isEndpoint) return { wrong: `it chose ${quoted(`${String(step.service)} ${String(step.operation)}`)}` };
  const args = isJsonObject(step.arguments) ? step.arguments : {};
  const found = { id: valueAt(args, "path", "id"), quantity: valueAt(args, "body", "quantity") };
  const isRight = isSame(found.id, part) && isSame(found.quantity, String(quantity));
  return isRight ? "right" : { wrong: `the values were ${quoted(JSON.stringify(args))}` };
}

/** `40` and `"40"` are one value to planning; an object is none. */
const isSame = (value: unknown, wanted: string) =>
  (typeof value === "string" || typeof value === "number") && String(value).trim() === wanted;

/** In its group, or flat: planning mends that too. */
function valueAt(args: JsonObject, group: string, name: string): unknown {
  const inner = args[group];
  return isJsonObject(inner) && name in inner ? inner[name] : args[name];
}

const quoted = (text: string) => (text.trim() === "" ? "nothing" : `"${plainLine(text, 60)}"`);

function parsed(text: string): unknown {
  if (text.length > LONGEST) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // judged as what it is: no JSON
  }
}
