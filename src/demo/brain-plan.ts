import type { Json, JsonObject } from "../../core/domain/result.ts";
import type { BrainCard, BrainField, BrainStep } from "./brain-prompt.ts";
import { type Clause, clausesOf, type Deed, deedOf, isStopword, plain, singular, wordsOf } from "./brain-words.ts";

/** What matching words with endpoints gave. */
export type Matched =
  | { readonly kind: "steps"; readonly steps: readonly BrainStep[] }
  | { readonly kind: "ask"; readonly field: string; readonly card: BrainCard }
  | { readonly kind: "nothing"; readonly hasVerb: boolean };

const METHODS: Readonly<Record<Deed, readonly string[]>> = {
  read: ["GET"],
  create: ["POST", "PUT"],
  notify: ["POST"],
  update: ["PUT", "PATCH", "POST"],
  delete: ["DELETE", "POST"],
  start: ["POST", "PUT", "PATCH"],
  stop: ["POST", "PUT", "PATCH"],
};
const NOTICE_WORDS = ["notice", "notification", "message", "announcement", "alert", "board", "comment", "mail"];
const SEARCH_FIELDS = ["name", "q", "query", "search", "title", "term", "keyword", "filter", "text"];
const TEXT_FIELDS = /^(?:text|message|body|content|note|notes|description|comment|subject|title)$/i;

/** Steps for a request, by words alone; what a required argument lacks is asked for. */
export function matchSteps(request: string, cards: readonly BrainCard[]): Matched {
  const steps: BrainStep[] = [];
  const clauses = clausesOf(request);
  let said = "";
  for (const clause of clauses) {
    const card = bestCard(clause, cards);
    if (!card) {
      if (clause.hasVerb && clauses.length > 1 && steps.length > 0) return { kind: "nothing", hasVerb: true };
      said = clause.text;
      continue;
    }
    const filled = fill(card, { clause, cards, said, number: steps.length + 1 });
    if (filled.kind === "ask") return filled;
    steps.push(...filled.steps);
    said = clause.text;
  }
  const hasVerb = clauses.some((clause) => clause.hasVerb && clause.deed !== "read");
  return steps.length > 0 ? { kind: "steps", steps } : { kind: "nothing", hasVerb };
}

function bestCard(clause: Clause, cards: readonly BrainCard[]): BrainCard | undefined {
  const scored = cards.map((card) => ({ card, score: scoreOf(card, clause) })).filter(({ score }) => score > 0);
  return scored.sort((a, b) => b.score - a.score)[0]?.card;
}

function scoreOf(card: BrainCard, clause: Clause): number {
  const isReading = card.risk === "read";
  const rank = METHODS[clause.deed].indexOf(card.method);
  if (rank < 0 || isReading !== (clause.deed === "read")) return 0;
  const said = clause.tokens.filter((token) => clause.deed === "delete" || deedOf(token) === undefined);
  const words = new Set([...said.map(({ word }) => word).filter((word) => !isStopword(word)), ...countedWords(clause)]);
  const path = wordsOf(card.path.replace(/\{[^}]*\}/g, " "));
  const overlap = (own: Set<string>) => [...own].filter((word) => words.has(word)).length;
  const byVerb = clause.deed === "start" || clause.deed === "stop" ? path.has(clause.deed) : false;
  const byNotice = clause.deed === "notify" && NOTICE_WORDS.some((word) => path.has(word));
  const summary = wordsOf(card.does);
  const inSummary = overlap(summary);
  const hits = overlap(path) * 2 + inSummary + (byVerb || byNotice ? 4 : 0);
  if (hits === 0) return 0;
  if ((clause.deed === "start" || clause.deed === "stop") && !byVerb && !summary.has(clause.deed)) return 0;
  const unsaid = [...path].filter((word) => !words.has(word)).length;
  const ids = card.fields.filter((field) => field.group === "path").length;
  const hasName = clause.tokens.some(({ raw }) => /\d/.test(raw) && /\p{L}/u.test(raw));
  return hits + 3 - rank * 2 - unsaid * 0.5 - (hasName ? 0 : ids) - overlapPenalty(summary, clause);
}

/** "how many M8 bolts" asks for an amount without naming it. */
function countedWords({ text, deed }: Clause): string[] {
  return deed === "read" && /\bhow (?:many|much)\b|\bcuant[oa]s?\b/.test(plain(text)) ? ["stock", "quantity"] : [];
}

/** "cancel" in the summary of an endpoint that the clause does not want cancelled speaks against it. */
function overlapPenalty(summary: Set<string>, { deed }: Clause): number {
  return deed !== "delete" && (summary.has("cancel") || summary.has("delete")) ? 3 : 0;
}

interface Filling {
  readonly clause: Clause;
  readonly cards: readonly BrainCard[];
  /** The clause before: what a notice without words of its own is about. */
  readonly said: string;
  readonly number: number;
}

type Filled = { readonly kind: "steps"; readonly steps: BrainStep[] } | Extract<Matched, { kind: "ask" }>;

function fill(card: BrainCard, filling: Filling): Filled {
  const { clause, number } = filling;
  const numbers = numbersOf(clause.text);
  const lookUps: BrainStep[] = [];
  const args: JsonObject = {};
  for (const field of card.fields) {
    const isNamed = wordsOf(clause.text).has(singular(plain(field.name)));
    let value = valueFor(field, { card, filling, numbers, isNamed });
    if (value === undefined && isId(field) && field.isRequired) {
      const found = lookUp(field, card, filling, number + lookUps.length);
      if (found) lookUps.push(found.step);
      value = found?.reference;
    }
    if (value === undefined) {
      if (field.isRequired) return { kind: "ask", field: field.name, card };
      continue;
    }
    args[field.group] = { ...((args[field.group] as JsonObject | undefined) ?? {}), [field.name]: value };
  }
  const step = { service: card.service, operation: card.operation, arguments: args, title: card.does };
  return { kind: "steps", steps: [...lookUps, step] };
}

const isId = ({ group, name }: BrainField) => group === "path" || /(?:^id|[a-z]Id|_id)$/.test(name);

interface Valuing {
  readonly card: BrainCard;
  readonly filling: Filling;
  readonly numbers: number[];
  readonly isNamed: boolean;
}

function valueFor(field: BrainField, { card, filling, numbers, isNamed }: Valuing): Json | undefined {
  const { clause } = filling;
  if (field.type === "choice") return choiceOf(field, clause);
  if (isId(field)) return directId(field, card, clause, numbers);
  if (field.type === "integer" || field.type === "number") {
    return field.isRequired || isNamed ? numbers.shift() : undefined;
  }
  if (field.type === "boolean") {
    if (!field.isRequired && !isNamed) return undefined;
    return !/\b(?:not|no|off|false|sin)\b/.test(plain(clause.text));
  }
  if (field.type !== "string" && field.type !== "any") return undefined;
  const quoted = /["“«']([^"”»']{1,500})["”»']/.exec(clause.text)?.[1];
  if (TEXT_FIELDS.test(field.name) && field.isRequired) return textOf(filling, quoted);
  if (card.risk === "read" && SEARCH_FIELDS.includes(plain(field.name))) return nameIn(clause, card);
  const called = new RegExp(
    `\\b(?:${plain(field.name)}|named|called|llamad[oa])\\s+(?:is\\s+|a\\s+|to\\s+|es\\s+)?([\\p{L}\\p{N}_.@-]+)`,
    "iu",
  );
  return (field.isRequired || isNamed ? quoted : undefined) ?? called.exec(clause.text)?.[1];
}

function choiceOf(field: BrainField, clause: Clause): string | undefined {
  const words = new Set(clause.tokens.flatMap(({ raw, word }) => [plain(raw), word]));
  return field.choices.find((choice) => words.has(plain(choice)) || words.has(singular(plain(choice))));
}

/** An id is taken as said when it looks like one: `p-101`, a UUID, `#12`, or a number right after its noun. */
function directId(field: BrainField, card: BrainCard, { text, tokens }: Clause, numbers: number[]): string | undefined {
  const noun = nounOf(field);
  const coded = [...text.matchAll(CODED)].map(([id]) => id);
  const startsLike = (id: string, other: BrainField) => plain(id).startsWith(nounOf(other).charAt(0) || "?");
  const others = card.fields.filter((other) => isId(other) && other !== field);
  const mine =
    coded.find((id) => startsLike(id, field)) ?? coded.find((id) => !others.some((other) => startsLike(id, other)));
  if (mine) return mine;
  const inEnglish = tokens.map(({ word }) => word).join(" ");
  const near = new RegExp(`(?:\\bid|#|${noun || "id"}s?)\\s*#?\\s*(\\d+)\\b`, "i").exec(
    `${plain(text)} | ${inEnglish}`,
  )?.[1];
  if (near === undefined) return undefined;
  const at = numbers.indexOf(Number(near));
  if (at >= 0) numbers.splice(at, 1);
  return near;
}

const nounOf = ({ name }: BrainField) => plain(name).replace(/_?id$/, "");
/** `p-101`, `mill-1`: letters, then a dash or underscore, with a digit somewhere. */
const CODED = /(?<![\p{L}\p{N}])(?=[\p{L}\p{N}_-]*\d)\p{L}[\p{L}\p{N}]*[-_][\p{L}\p{N}_-]+/gu;

/** A reading step that finds a thing by its name, and the reference to its id. */
function lookUp(field: BrainField, card: BrainCard, { clause, cards }: Filling, number: number) {
  const noun = singular(plain(field.name).replace(/_?id$/, ""));
  const prefix =
    field.group === "path" ? card.path.slice(0, card.path.indexOf(`{${field.name}}`)).replace(/\/$/, "") : "";
  const list = cards.find((one) => {
    if (one.service !== card.service || one.method !== "GET" || one.path.includes("{")) return false;
    return prefix === "" ? wordsOf(one.path).has(noun) : one.path === prefix;
  });
  const search = list?.fields.find((one) => one.group === "query" && SEARCH_FIELDS.includes(plain(one.name)));
  const name = nameIn(clause, card);
  if (!list || !search || name === undefined) return undefined;
  const args = { query: { [search.name]: name } };
  const step: BrainStep = { service: list.service, operation: list.operation, arguments: args, title: list.does };
  return { step, reference: `{{steps.${number}.${firstId(list.returns, field.name)}}}` };
}

/** Where the first thing of a list has its id: as the endpoint tells it, else as lists mostly have it. */
function firstId(returns: string, name: string): string {
  for (const part of returns.split(" · ")) {
    const [, at, fields = ""] = /^(body(?:\.[^:\s[\]]+)?\[\]): (.*)$/.exec(part) ?? [];
    const names = fields.split(", ").map((field) => field.split(":")[0]);
    const key = names.find((one) => one === name) ?? names.find((one) => one === "id");
    if (at && key) return `${at.replace("[]", ".0")}.${key}`;
  }
  return "body.items.0.id";
}

/** The words that name a thing: what is left without verbs, fillers, numbers and the endpoint's own words. */
function nameIn(clause: Clause, card: BrainCard): string | undefined {
  const own = wordsOf(card.path);
  const left = clause.tokens.filter((token) => {
    if (isStopword(token.word) || deedOf(token) !== undefined || own.has(token.word)) return false;
    return !/^\d+$/.test(token.raw) && !/^(?:number|quantity|id|numero|cantidad|instead|stock)$/.test(token.word);
  });
  const words = left.map(({ raw, word }) => (word === singular(plain(raw)) && /[A-Z]/.test(raw) ? raw : word));
  return words.length > 0 ? words.join(" ") : undefined;
}

function textOf({ clause, said }: Filling, quoted: string | undefined): string | undefined {
  const after = /(?:\bthat\b|\bque\b|:)\s+(.+)$/isu.exec(clause.text)?.[1];
  const text = (quoted ?? after ?? said).trim();
  return text === "" ? undefined : text.charAt(0).toUpperCase() + text.slice(1);
}

/** Numbers that stand alone, in the order in which they were said. */
export function numbersOf(text: string): number[] {
  const digits = /(?<![\p{L}\p{N}_.-])\d+(?:\.\d+)?(?![\p{L}\p{N}_-])/gu;
  const words = plain(text)
    .replace(digits, (found) => ` ${found} `)
    .split(/\s+/);
  return words.flatMap((word) => {
    if (/^\d+(?:\.\d+)?[.,!?]?$/.test(word)) return [Number(word.replace(/[.,!?]$/, ""))];
    return NUMBERS.has(word) ? [NUMBERS.get(word)!] : [];
  });
}

const NUMBERS = new Map(
  "zero two three four five six seven eight nine ten eleven twelve|cero dos tres cuatro cinco seis siete ocho nueve diez once doce"
    .split("|")
    .flatMap((list) => list.split(" ").map((word, at) => [word, at === 0 ? 0 : at + 1] as const)),
);
