import type { ToolCard } from "../domain/tool.ts";
import { searchWords } from "./search-words.ts";

/** Finds the tools that fit a request. Made once for a list of cards. */
export interface SearchIndex {
  /**
   * Best first; the same request gives the same order. What room is left is filled with other tools of the best
   * one's service, since a plan often needs them too. Without any shared word there is no answer, unless all fit in.
   */
  search(request: string, limit: number): ToolCard[];
}

interface Posting {
  readonly card: number;
  weight: number;
}

/** How much a word counts by where it stands. */
const FIELD_WEIGHTS = { service: 1.5, path: 3, method: 2, summary: 3, params: 0.8 } as const;
/** BM25 (Robertson and Zaragoza, 2009): saturation and length. */
const K1 = 1.2;
const B = 0.4;

export function createSearchIndex(cards: readonly ToolCard[]): SearchIndex {
  const postings = new Map<string, Posting[]>();
  const lengths = cards.map((card, index) => addCard(card, index, postings));
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const services = servicesByName(cards);

  return {
    search(request, limit) {
      const words = [...new Set(searchWords(request))];
      const scores = new Map<number, number>();
      for (const word of words) {
        const list = postings.get(word);
        if (!list) continue;
        const rarity = Math.log(1 + (cards.length - list.length + 0.5) / (list.length + 0.5));
        for (const { card, weight } of list) {
          const length = 1 - B + (B * (lengths[card] ?? 0)) / Math.max(1, meanLength);
          scores.set(card, (scores.get(card) ?? 0) + (rarity * weight * (K1 + 1)) / (weight + K1 * length));
        }
      }
      const intent = intentOf(words, request);
      const named = new Set(words.flatMap((word) => services.get(word) ?? []));
      const ranked = [...scores].map(([index, score]) => {
        const card = cards[index] as ToolCard;
        return { card, index, score: score * fitOf(card, intent) * (named.has(card.service) ? 1.6 : 1) };
      });
      ranked.sort((a, b) => b.score - a.score || a.card.key.length - b.card.key.length || a.index - b.index);
      return filledUp(
        ranked.map(({ card }) => card),
        cards,
        limit,
      );
    },
  };
}

function filledUp(found: readonly ToolCard[], cards: readonly ToolCard[], limit: number): ToolCard[] {
  const best = found[0];
  const isSmall = cards.length <= limit;
  const beside =
    found.length >= limit
      ? []
      : cards.filter((card) => (isSmall || card.service === best?.service) && !found.includes(card));
  return [...found, ...beside].slice(0, Math.max(0, limit));
}

function addCard(card: ToolCard, index: number, postings: Map<string, Posting[]>): number {
  const weights = new Map<string, number>();
  const space = card.operation.indexOf(" ");
  const method = space < 0 ? "" : card.operation.slice(0, space);
  const path = card.operation.slice(space + 1);
  count(weights, card.service, FIELD_WEIGHTS.service);
  count(weights, path.replace(/\{[^}]*\}/g, " "), FIELD_WEIGHTS.path);
  count(weights, METHOD_WORDS[method] ?? "", FIELD_WEIGHTS.method);
  count(weights, card.summary, FIELD_WEIGHTS.summary);
  count(
    weights,
    card.params.replace(/\b(path|query|header|body):|:(string|integer|number|boolean|array|object|any)\b/g, " "),
    FIELD_WEIGHTS.params,
  );
  let length = 0;
  for (const [word, weight] of weights) {
    length += weight;
    const list = postings.get(word);
    if (list) list.push({ card: index, weight });
    else postings.set(word, [{ card: index, weight }]);
  }
  return length;
}

function count(weights: Map<string, number>, text: string, weight: number): void {
  // A word that a field repeats is worth little more than once.
  for (const word of new Set(searchWords(text))) weights.set(word, (weights.get(word) ?? 0) + weight);
}

/** What people say for a method. */
const METHOD_WORDS: Readonly<Record<string, string>> = {
  GET: "get list show",
  POST: "create add",
  PUT: "set update",
  PATCH: "update change",
  DELETE: "delete remove",
};

function servicesByName(cards: readonly ToolCard[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const service of new Set(cards.map((card) => card.service))) {
    for (const word of searchWords(service)) found.set(word, [...(found.get(word) ?? []), service]);
  }
  return found;
}

type Intent = "list" | "read" | "write" | "remove" | undefined;

const LISTING = new Set(searchWords("list"));
const READING = new Set(searchWords("get show search read count check find view"));
const WRITING = new Set(
  searchWords(
    "create add set update change send post start stop restart pause resume notify upload rename assign approve invite",
  ),
);
const REMOVING = new Set(searchWords("delete remove cancel"));
const QUESTION =
  /^[\s¿¡]*(how|what|which|who|when|where|is|are|do|does|cu[aá]nt|cu[aá]l|qu[eé]|qui[eé]n|d[oó]nde|hay)/i;

function intentOf(words: readonly string[], request: string): Intent {
  if (QUESTION.test(request)) return words.some((word) => LISTING.has(word)) ? "list" : "read";
  if (words.some((word) => REMOVING.has(word))) return "remove";
  if (words.some((word) => WRITING.has(word))) return "write";
  if (words.some((word) => LISTING.has(word))) return "list";
  return words.some((word) => READING.has(word)) ? "read" : undefined;
}

function fitOf({ risk, operation }: ToolCard, intent: Intent): number {
  switch (intent) {
    case "list":
      return risk === "read" ? (operation.includes("{") ? 1.1 : 1.6) : 0.7;
    case "read":
      return risk === "read" ? 1.3 : 0.7;
    case "write":
      return risk === "write" ? 1.2 : risk === "read" ? 1 : 0.7;
    case "remove":
      return risk === "destructive" ? 1.3 : 1;
    default:
      return risk === "destructive" ? 0.8 : 1;
  }
}
