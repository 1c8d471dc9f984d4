import { holderOf } from "../access/holder-of.ts";
import { isKnown } from "../access/is-known.ts";
import type { Actor, Language } from "../domain/chat.ts";
import { type ProjectId, shortRunId } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { Project } from "../domain/project.ts";
import type { ToolCard } from "../domain/tool.ts";
import { words } from "../words/words.ts";
import { projectFor } from "./default-project.ts";
import type { ConversationDeps } from "./scene.ts";

export interface SuggestRequest extends Actor {
  readonly what: "service" | "operation" | "run";
  readonly typed: string;
  /** With `operation`: of this service. */
  readonly service?: string;
  readonly projectId?: ProjectId;
}

export interface Suggestion {
  readonly value: string;
  readonly label: string;
}

/** What menus of chat apps take. */
const SHOWN = 25;
const MAX_CHARS = 100;
const MAX_TYPED = 200;
const RUNS_SEARCHED = 100;
const SEARCHED = 100;

type SuggestDeps = Pick<ConversationDeps, "stores" | "tools" | "language">;

/**
 * Names that fit what was typed so far, best first, at most 25: what begins with it, then what holds it; where no
 * operation does, what the catalogue finds for the words. Asked at every key, so it reads what is in memory where it
 * can. A value that is longer than a menu takes is left out; strangers get nothing.
 */
export async function suggest(request: SuggestRequest, deps: SuggestDeps): Promise<readonly Suggestion[]> {
  const typed = plain(request.typed.slice(0, MAX_TYPED));
  const project = await deps.stores.read(async (tx) => {
    const found = await projectFor(tx, request.projectId);
    return found && isKnown(await holderOf(tx, request), found) ? found : undefined;
  });
  if (!project) return [];
  const found = await candidates(request, project, typed, deps);
  const unique = new Map(found.filter(({ value }) => value.length <= MAX_CHARS).map((one) => [one.value, one]));
  return [...unique.values()]
    .slice(0, SHOWN)
    .map(({ value, label }) => ({ value, label: plainLine(label, MAX_CHARS) }));
}

function candidates(
  { what, service }: SuggestRequest,
  project: Project,
  typed: string,
  deps: SuggestDeps,
): Promise<Suggestion[]> {
  if (what === "run") return runsLike(project, typed, deps);
  if (what === "service") return servicesLike(project, typed, deps);
  return operationsLike(project, service, typed, deps);
}

/** Services with at least one allowed operation: the others cannot be planned with. */
async function servicesLike(project: Project, typed: string, { stores, tools }: SuggestDeps): Promise<Suggestion[]> {
  const usable = new Set((await tools.cards(project.id)).map((card) => card.service));
  const titles = new Map((await stores.read((tx) => tx.services.list(project.id))).map((one) => [one.name, one.title]));
  const all = [...usable].map((name) => {
    const title = titles.get(name);
    return { value: name, label: title ? `${name} · ${title}` : name };
  });
  return ranked(
    all.sort((a, b) => a.value.localeCompare(b.value)),
    typed,
  );
}

async function operationsLike(
  project: Project,
  service: string | undefined,
  typed: string,
  { tools }: SuggestDeps,
): Promise<Suggestion[]> {
  const isWanted = (card: ToolCard) => service === undefined || service === "" || card.service === service;
  const toSuggestion = ({ operation, summary }: ToolCard) => ({
    value: operation,
    label: summary ? `${operation} · ${summary}` : operation,
  });
  const like = ranked((await tools.cards(project.id)).filter(isWanted).map(toSuggestion), typed);
  if (like.length > 0 || typed === "") return like;
  const found = await tools.search(project.id, `${service ?? ""} ${typed}`, SEARCHED);
  return found.filter(isWanted).map(toSuggestion);
}

async function runsLike(project: Project, typed: string, { stores, language = "en" }: SuggestDeps) {
  const { items } = await stores.read((tx) => tx.runs.page({ projectId: project.id }, { limit: RUNS_SEARCHED }));
  const all = items.map((run) => ({
    value: shortRunId(run.id),
    label: `…${shortRunId(run.id)} · ${stateIn(language, run.state)} · ${run.plan.goal}`,
  }));
  return ranked(all, typed);
}

const stateIn = (language: Language, state: keyof ReturnType<typeof words>["conversation"]["states"]) =>
  words(language).conversation.states[state];

/** What begins with the words before what holds them; each in the order it came. */
function ranked(all: readonly Suggestion[], typed: string): Suggestion[] {
  if (typed === "") return all.slice(0, SHOWN * 4);
  const begins: Suggestion[] = [];
  const holds: Suggestion[] = [];
  for (const one of all) {
    if (plain(one.value).startsWith(typed)) begins.push(one);
    else if (plain(one.label).includes(typed)) holds.push(one);
  }
  return [...begins, ...holds];
}

/** As people type: any case, accents or not. */
function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .trim();
}
