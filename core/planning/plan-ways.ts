import type { JsonObject } from "../domain/result.ts";
import type { ToolSpec } from "../ports/model-fleet.ts";

const GROUPS: JsonObject = {
  type: "object",
  description: "Groups as the endpoint says: path, query, header, body.",
  properties: {
    path: { type: "object" },
    query: { type: "object" },
    header: { type: "object" },
    body: {},
  },
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

/** The native way in: what a model with tool calling may call. Plain text is an answer. The same for every request. */
export const PLANNING_TOOLS: readonly ToolSpec[] = [
  {
    name: "mcp_request",
    description: "Propose one call to one endpoint. Nothing runs before a person confirms.",
    parameters: { type: "object", properties: STEP_PROPERTIES, required: ["service", "operation", "arguments"] },
  },
  {
    name: "propose_plan",
    description: "Propose several calls in order. Nothing runs before a person confirms.",
    parameters: {
      type: "object",
      properties: {
        goal: { type: "string", description: "What the plan is for, close to the person's words." },
        steps: { type: "array", items: STEP },
      },
      required: ["goal", "steps"],
    },
  },
  {
    name: "ask_person",
    description: "Ask the person one short question when a required value is missing.",
    parameters: { type: "object", properties: { question: { type: "string" } }, required: ["question"] },
  },
];

/** The other way in: the JSON that a model without tool calling answers with. */
export const ANSWER_FORMAT: JsonObject = {
  type: "object",
  properties: {
    kind: { type: "string", enum: ["answer", "ask", "call", "plan"] },
    text: { type: "string", description: "With answer and ask: what to tell the person." },
    goal: { type: "string", description: "With call and plan." },
    steps: { type: "array", items: STEP, description: "With call (one) and plan (all, in order)." },
  },
  required: ["kind"],
};
