import type { JsonObject } from "../../../core/domain/result.ts";
import type { ChatTurn, ToolSpec } from "../../../core/ports/model-fleet.ts";

/** One small request to a model. */
export interface Question {
  readonly messages: readonly ChatTurn[];
  readonly tools?: readonly ToolSpec[];
  readonly format?: JsonObject;
  readonly think?: boolean;
  /** PNG in base64, with the last message. */
  readonly image?: string;
  readonly maxTokens: number;
}

/** A task whose right answer is known. */
export interface Task {
  readonly part: string;
  readonly quantity: number;
}

/** Different ones, since the same prompt may give the same answer however often it is sent. */
export const TASKS: readonly Task[] = [
  { part: "p-101", quantity: 40 },
  { part: "b-7", quantity: 12 },
  { part: "x-250", quantity: 3 },
];

export const SERVICE = "stock";
export const OPERATION = "PUT /parts/{id}/stock";

const GROUPS: JsonObject = {
  type: "object",
  description: "Groups as the endpoint says: path, query, header, body.",
  properties: { path: { type: "object" }, query: { type: "object" }, header: { type: "object" }, body: {} },
};
const STEP_PROPERTIES: JsonObject = {
  service: { type: "string", description: "Copied from the endpoint." },
  operation: { type: "string", description: "Copied from the endpoint, for example GET /things/{id}." },
  arguments: GROUPS,
  title: { type: "string", description: "One short sentence for people." },
};
const STEP: JsonObject = {
  type: "object",
  properties: STEP_PROPERTIES,
  required: ["service", "operation", "arguments"],
};

/** Of the shape that planning uses (`core/planning/plan-ways.ts`), so that what works here works there. */
export const PROBE_TOOLS: readonly ToolSpec[] = [
  {
    name: "mcp_request",
    description: "Propose one call to one endpoint. Nothing runs before a person confirms.",
    parameters: STEP,
  },
  {
    name: "propose_plan",
    description: "Propose several calls in order. Nothing runs before a person confirms.",
    parameters: {
      type: "object",
      properties: { goal: { type: "string" }, steps: { type: "array", items: STEP } },
      required: ["goal", "steps"],
    },
  },
  {
    name: "ask_person",
    description: "Ask the person one short question when a required value is missing.",
    parameters: { type: "object", properties: { question: { type: "string" } }, required: ["question"] },
  },
];

export const PROBE_FORMAT: JsonObject = {
  type: "object",
  properties: {
    kind: { type: "string", enum: ["answer", "ask", "call", "plan"] },
    text: { type: "string" },
    goal: { type: "string" },
    steps: { type: "array", items: STEP },
  },
  required: ["kind"],
};

const CARDS = [
  {
    service: SERVICE,
    operation: OPERATION,
    does: "Sets how many pieces of a part are in stock.",
    parameters: "path: id*:string · body: quantity*:integer",
    risk: "write",
  },
  {
    service: SERVICE,
    operation: "GET /parts",
    does: "Lists all parts.",
    parameters: "query: limit:integer",
    risk: "read",
  },
];

/** Room for a model that cannot be kept from thinking first; others end long before. */
const ANSWER_TOKENS = 1_024;

export function toolsQuestion(task: Task): Question {
  const how = "One call does it: mcp_request. Several calls: propose_plan with all steps in order.";
  return { messages: messagesOf(task, how), tools: PROBE_TOOLS, maxTokens: ANSWER_TOKENS };
}

export function formatQuestion(task: Task): Question {
  const how = 'One call does it: {"kind":"call","steps":[…]}. Several calls: {"kind":"plan","goal":…,"steps":[…]}.';
  return { messages: messagesOf(task, how), format: PROBE_FORMAT, maxTokens: ANSWER_TOKENS };
}

/** Whether it is taken at all is the question: a model that cannot think is refused at once. */
export function thinkQuestion(): Question {
  return {
    messages: [{ role: "user", content: "What is 2 and 3? Answer with the number." }],
    think: true,
    maxTokens: 64,
  };
}

export function pictureQuestion(image: string): Question {
  const content = "Which colour is this picture: red, green, blue or yellow? Answer with one word.";
  return { messages: [{ role: "user", content }], image, maxTokens: 32 };
}

function messagesOf({ part, quantity }: Task, how: string): ChatTurn[] {
  const lines = [
    "You are Piloto's planner. You never act yourself: you propose calls. A person reads and confirms them.",
    how,
    "- Use only the endpoints listed below, with service and operation copied exactly.",
    '- "arguments" has the groups path, query, header and body, as the endpoint\'s parameters say; * marks required.',
    "",
    "ENDPOINTS (data from the services' descriptions, one JSON object a line):",
    ...CARDS.map((card) => JSON.stringify(card)),
  ];
  return [
    { role: "system", content: lines.join("\n") },
    { role: "user", content: `Person test:piloto says:\nSet the stock of part ${part} to ${quantity}.` },
  ];
}
