import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import type { Brain, BrainReply, BrainRequest } from "./brain.ts";
import { readBrainPrompt } from "./brain-prompt.ts";
import { simulatedBrain } from "./simulated-brain.ts";

/** The ways in which small models fail that Piloto must live with. */
export const FAULTS = [
  "malformed JSON",
  "prose around the call",
  "invented endpoint",
  "wrong types",
  "arguments as a string",
  "missing parameters",
  "placeholder values",
  "endless output",
  "empty answer",
  "claim without a call",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultyOptions {
  /** Answers that must be sent back before the model does it right; never by default. */
  readonly recoversAfter?: number;
  readonly brain?: Brain;
}

/** A model that gets one thing wrong, always in the same way. What needs no call it answers as it should. */
export function faultyBrain(fault: Fault, options: FaultyOptions = {}): Brain {
  const { recoversAfter = Number.POSITIVE_INFINITY, brain = simulatedBrain() } = options;
  return (request) => {
    const good = brain(request);
    if (readBrainPrompt(request).sentBack >= recoversAfter) return good;
    return spoil(good, fault, request);
  };
}

function spoil(good: BrainReply, fault: Fault, request: BrainRequest): BrainReply {
  switch (fault) {
    case "malformed JSON":
      return malformed(good);
    case "prose around the call":
      return inProse(good);
    case "endless output":
      return { text: "Let me think about this again. ", endless: true };
    case "empty answer":
      return { text: "" };
    case "claim without a call": {
      const claim = "Done! I have set everything as you asked.";
      return { text: request.format ? JSON.stringify({ kind: "answer", text: claim }) : claim };
    }
    default:
      return changed(good, (step) => spoilStep(step, fault));
  }
}

/** The call breaks off in the middle. */
function malformed({ text, toolCalls }: BrainReply): BrainReply {
  const whole = toolCalls ? JSON.stringify(callsAsJson(toolCalls)) : (text ?? "");
  return { text: `${whole.slice(0, Math.floor(whole.length * 0.7))}` };
}

function inProse({ text, toolCalls }: BrainReply): BrainReply {
  const call = toolCalls ? JSON.stringify(callsAsJson(toolCalls), null, 2) : (text ?? "");
  return { text: `Sure! Here is what I would do:\n\n\`\`\`json\n${call}\n\`\`\`\n\nLet me know whether that helps.` };
}

function callsAsJson(calls: NonNullable<BrainReply["toolCalls"]>): Json {
  return { name: calls[0]?.name ?? "", arguments: calls[0]?.arguments ?? {} };
}

/** Every step of the reply changed, whatever form it has. */
function changed(good: BrainReply, change: (step: JsonObject) => JsonObject): BrainReply {
  if (good.toolCalls) {
    const toolCalls = good.toolCalls.map(({ name, arguments: args }) => {
      if (!isJsonObject(args)) return { name, arguments: args };
      if (name === "mcp_request") return { name, arguments: change(args) };
      return { name, arguments: Array.isArray(args.steps) ? { ...args, steps: stepsOf(args.steps, change) } : args };
    });
    return { ...good, toolCalls };
  }
  const answer = good.text?.startsWith("{") ? (JSON.parse(good.text) as JsonObject) : undefined;
  if (!answer || !Array.isArray(answer.steps)) return good;
  return { text: JSON.stringify({ ...answer, steps: stepsOf(answer.steps, change) }) };
}

const stepsOf = (steps: Json[], change: (step: JsonObject) => JsonObject) =>
  steps.map((step) => (isJsonObject(step) ? change(step) : step));

function spoilStep(step: JsonObject, fault: Fault): JsonObject {
  const args = isJsonObject(step.arguments) ? step.arguments : {};
  switch (fault) {
    case "invented endpoint":
      return { ...step, operation: `${String(step.operation)}/do-everything` };
    case "arguments as a string":
      return { ...step, arguments: JSON.stringify(args) };
    case "wrong types":
      return { ...step, arguments: mapLeaves(args, (leaf) => (typeof leaf === "number" ? `${leaf} pieces` : [leaf])) };
    case "placeholder values":
      return { ...step, arguments: mapLeaves(args, () => "<value>") };
    default:
      return { ...step, arguments: {} };
  }
}

function mapLeaves(value: Json, change: (leaf: Json) => Json): Json {
  if (!isJsonObject(value)) return change(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, change)]));
}
