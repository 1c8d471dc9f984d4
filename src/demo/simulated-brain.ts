import type { JsonObject } from "../../core/domain/result.ts";
import type { Brain, BrainReply, BrainRequest } from "./brain.ts";
import { changePresent } from "./brain-edit.ts";
import { matchSteps } from "./brain-plan.ts";
import { type BrainCard, type BrainPrompt, type BrainStep, readBrainPrompt } from "./brain-prompt.ts";
import { clausesOf, plain } from "./brain-words.ts";

/** What a simulated model wants to say, before it is put into the form that was asked for. */
export type BrainThought =
  | { readonly kind: "answer" | "ask"; readonly text: string }
  | { readonly kind: "plan"; readonly goal: string; readonly steps: readonly BrainStep[] };

/**
 * A simulated model: no model at all, but words matched with the endpoints it finds in the prompt, in English and
 * Spanish. It says so in every reply, in a plan behind its goal. Good enough to plan over any registered service for a demo and for tests.
 * The same request gives the same reply.
 */
export function simulatedBrain(): Brain {
  return (request) => sayIt(think(readBrainPrompt(request)), request);
}

function think(prompt: BrainPrompt): BrainThought {
  const say = isSpanish(prompt.request) ? SPANISH : ENGLISH;
  if (prompt.present) {
    const changed = changePresent(prompt.request, prompt.present, prompt.cards);
    return changed ? { kind: "plan", ...changed } : { kind: "ask", text: say.cannotChange };
  }
  const request = withEarlier(prompt);
  if (
    /^(?:hi|hello|hey|hola|thanks|thank you|gracias|buenos dias|buenas)\b/.test(plain(request)) &&
    request.length < 40
  ) {
    return { kind: "answer", text: say.hello };
  }
  if (ABOUT_ITSELF.test(plain(request))) return { kind: "answer", text: say.about(namesOf(prompt.cards)) };
  const matched = matchSteps(request, prompt.cards);
  if (matched.kind === "steps") return { kind: "plan", goal: request, steps: matched.steps };
  if (matched.kind === "ask") return { kind: "ask", text: say.which(matched.field, matched.card.operation) };
  const names = namesOf(prompt.cards);
  return matched.hasVerb
    ? { kind: "ask", text: say.nothingFits(names) }
    : { kind: "answer", text: say.noAnswer(names) };
}

/** A short answer to a question of Piloto's belongs to the request before it. */
function withEarlier({ request, earlier, wasAsked }: BrainPrompt): string {
  const before = earlier.at(-1);
  const isShort = request.split(/\s+/).length <= 6 && !clausesOf(request).some((clause) => clause.hasVerb);
  return wasAsked && before && isShort ? `${before} ${request}` : request;
}

const ABOUT_ITSELF =
  /\b(?:who are you|what are you|what can you do|are you (?:a|an|real)|what is (?:a plan|piloto)|quien eres|que eres|que puedes hacer|que es (?:un plan|piloto))\b/;

const isSpanish = (text: string) =>
  /[¿¡ñáéíóú]|\b(?:el|la|los|las|de|que|y|pon|para|en|cuantos|quiero|hola|gracias|avisa|dile|cambia|muestra|crea|mejor)\b/i.test(
    text,
  );

function namesOf(cards: readonly BrainCard[]): string {
  const names = cards.slice(0, 5).map((card) => `${card.service} ${card.operation}`);
  return names.length === 0 ? "(none / ninguna)" : names.join(", ");
}

const ENGLISH = {
  hello: "Hello. I am a simulated model: I match your words with the registered endpoints. Tell me what should happen.",
  about: (names: string) =>
    `I am a simulated model, not a real one: I match words with endpoints and propose calls, which a person confirms. Endpoints near your words: ${names}.`,
  which: (field: string, operation: string) =>
    `I am a simulated model, and I miss a value for ${operation}: what should "${field}" be?`,
  nothingFits: (names: string) =>
    `I am a simulated model and found no endpoint that fits all of that. The nearest are: ${names}. Which do you mean?`,
  noAnswer: (names: string) =>
    `I am a simulated model: I can only match words with endpoints, and none fits that. The nearest are: ${names}.`,
  cannotChange: "I am a simulated model and did not understand that change. Which value should be different?",
};
const SPANISH: typeof ENGLISH = {
  hello: "Hola. Soy un modelo simulado: comparo tus palabras con las operaciones registradas. Dime qué debe pasar.",
  about: (names) =>
    `Soy un modelo simulado, no uno real: comparo palabras con operaciones y propongo llamadas, que una persona confirma. Operaciones cercanas a tus palabras: ${names}.`,
  which: (field, operation) =>
    `Soy un modelo simulado y me falta un valor para ${operation}: ¿cuál debe ser «${field}»?`,
  nothingFits: (names) =>
    `Soy un modelo simulado y no encontré una operación para todo eso. Las más cercanas son: ${names}. ¿Cuál quieres decir?`,
  noAnswer: (names) =>
    `Soy un modelo simulado: solo comparo palabras con operaciones, y ninguna encaja. Las más cercanas son: ${names}.`,
  cannotChange: "Soy un modelo simulado y no entendí ese cambio. ¿Qué valor debe ser distinto?",
};

const MARKS = { en: "(proposed by a simulated model)", es: "(propuesto por un modelo simulado)" };
const markFor = (goal: string): string => (isSpanish(goal) ? MARKS.es : MARKS.en);

/** Native tool calls when the request offers them, JSON when it wants a format, else prose. */
function sayIt(thought: BrainThought, { tools, format }: BrainRequest): BrainReply {
  if (format || (thought.kind === "plan" && !tools)) return { text: JSON.stringify(asFormat(thought)) };
  if (thought.kind === "answer" || (thought.kind === "ask" && !tools)) return { text: thought.text };
  if (thought.kind !== "plan") return { toolCalls: [{ name: "ask_person", arguments: { question: thought.text } }] };
  const [first] = thought.steps;
  if (thought.steps.length === 1 && first) {
    const args = { ...stepJson(first), title: `${first.title} ${markFor(thought.goal)}` };
    return { toolCalls: [{ name: "mcp_request", arguments: args }] };
  }
  const plan = { goal: honestGoal(thought.goal), steps: thought.steps.map(stepJson) };
  return { toolCalls: [{ name: "propose_plan", arguments: plan }] };
}

function asFormat(thought: BrainThought): JsonObject {
  if (thought.kind !== "plan") return { kind: thought.kind, text: thought.text };
  return { kind: "plan", goal: honestGoal(thought.goal), steps: thought.steps.map(stepJson) };
}

function stepJson({ service, operation, arguments: args, title }: BrainStep): JsonObject {
  return { service, operation, arguments: args, title };
}

function honestGoal(goal: string): string {
  const isMarked = Object.values(MARKS).some((mark) => goal.includes(mark));
  return isMarked ? goal : `${goal.slice(0, 250)} ${markFor(goal)}`;
}
