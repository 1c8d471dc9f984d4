import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import type { BrainRequest } from "./brain.ts";

/** One argument of an endpoint, as the prompt's line of parameters tells it. */
export interface BrainField {
  readonly group: string;
  readonly name: string;
  readonly isRequired: boolean;
  readonly type: string;
  readonly choices: readonly string[];
}

export interface BrainCard {
  readonly service: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly does: string;
  readonly risk: string;
  readonly fields: readonly BrainField[];
  /** Where an answer holds what, when the description tells. */
  readonly returns: string;
}

export interface BrainStep {
  readonly service: string;
  readonly operation: string;
  readonly arguments: JsonObject;
  readonly title: string;
}

/** What a simulated model finds in a prompt. */
export interface BrainPrompt {
  readonly cards: readonly BrainCard[];
  /** The person's words, the newest. */
  readonly request: string;
  /** What the same chat's people said before, newest last. */
  readonly earlier: readonly string[];
  /** Whether Piloto's last words before the request were a question. */
  readonly wasAsked: boolean;
  readonly present?: { readonly goal: string; readonly steps: readonly BrainStep[] };
  /** Answers that were sent back to the model so far. */
  readonly sentBack: number;
}

const PERSON = /^Person [^\n]* says:\n/;
const TYPES = new Set(["string", "integer", "number", "boolean", "array", "object", "any", "null", "value"]);

export function readBrainPrompt({ messages }: BrainRequest): BrainPrompt {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const spoken = messages.filter(({ role, content }) => role === "user" && PERSON.test(content));
  const said = spoken.map(({ content }) => content.replace(PERSON, ""));
  const at = messages.lastIndexOf(spoken.at(-1) ?? messages[messages.length - 1]!);
  const before = messages.slice(0, Math.max(at, 0)).findLast(({ role }) => role === "assistant");
  return {
    cards: system.flatMap((content) => content.split("\n")).flatMap(readCard),
    request: said.at(-1) ?? messages.findLast(({ role }) => role === "user")?.content ?? "",
    earlier: said.slice(0, -1),
    wasAsked: /\?\s*$/.test(before?.content ?? ""),
    present: readPresent(messages),
    sentBack: Number(/^Piloto's check (\d+) of/.exec(messages.at(-1)?.content ?? "")?.[1] ?? 0),
  };
}

function readCard(line: string): BrainCard[] {
  const card = line.startsWith('{"service":') ? parsed(line) : undefined;
  if (!isJsonObject(card) || typeof card.does !== "string") return [];
  const operation = String(card.operation);
  const [method = "", path = ""] = operation.includes(" ") ? operation.split(" ") : ["", operation];
  const fields = readFields(String(card.parameters ?? ""));
  const { does, risk, service } = card;
  return [
    {
      service: String(service),
      operation,
      method,
      path,
      does,
      risk: String(risk),
      fields,
      returns: String(card.returns ?? ""),
    },
  ];
}

/** `path: id*:string · body: quantity*:integer status:open|closed` */
function readFields(line: string): BrainField[] {
  return line.split(" · ").flatMap((part) => {
    const [, group = "", rest = ""] = /^(\w+)\*?: (.*)$/.exec(part) ?? [];
    return [...rest.matchAll(/([^\s:*]+)(\*?):(\S+)/g)].map(([, name = "", star, type = "any"]) => {
      const parts = type.replace(/…$/, "").split("|");
      const isChoice = parts.some((one) => !TYPES.has(one));
      return {
        group,
        name,
        isRequired: star === "*",
        type: isChoice ? "choice" : parts[0]!,
        choices: isChoice ? parts : [],
      };
    });
  });
}

function readPresent(messages: BrainRequest["messages"]): BrainPrompt["present"] {
  const content = messages.findLast((turn) => turn.role === "user" && turn.content.startsWith("PRESENT PLAN"))?.content;
  const plan = content === undefined ? undefined : parsed(content.slice(content.indexOf("\n") + 1));
  if (!isJsonObject(plan) || !Array.isArray(plan.steps)) return undefined;
  const steps = plan.steps.filter(isJsonObject).map((step) => {
    const tool = String(step.tool);
    const space = tool.indexOf(" ");
    return {
      service: tool.slice(0, space),
      operation: tool.slice(space + 1),
      arguments: isJsonObject(step.arguments) ? step.arguments : {},
      title: String(step.title),
    };
  });
  return { goal: String(plan.goal), steps };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
