import { holderOf } from "../access/holder-of.ts";
import { isKnown } from "../access/is-known.ts";
import { type Holder, may } from "../access/may.ts";
import type { Card } from "../domain/card.ts";
import type { Actor, Language } from "../domain/chat.ts";
import type { FleetNode } from "../domain/fleet-node.ts";
import type { ProjectId, RunId } from "../domain/ids.ts";
import { ACTIVE_STATES, isOver, type PlanRun, RUN_STATES, type RunState } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";
import type { ReadTx } from "../ports/stores.ts";
import { currentCard } from "../progress/current-card.ts";
import type { ConversationDeps } from "./scene.ts";

/** A run with its card as it is now. */
export interface ShownRun {
  readonly run: PlanRun;
  readonly card: Card;
}

/** What a home page shows one person. */
export interface Overview {
  /** Of the chat where the person asked for something last, else of the house. */
  readonly language: Language;
  /** Drafts that this person may confirm, newest first, at most 20. */
  readonly waiting: readonly ShownRun[];
  /** Runs that are queued, running or waiting for a decision, newest first, at most 20. */
  readonly active: readonly ShownRun[];
  /** The last five that are over. */
  readonly finished: readonly ShownRun[];
  readonly nodes: readonly FleetNode[];
  /** `false`: nobody whom a project allows anything; then everything else is empty. */
  readonly isKnown: boolean;
}

type ShowDeps = Pick<ConversationDeps, "stores" | "clock" | "fleet" | "language">;

/** A run and its card, for somebody its project knows; `undefined` for others, and when there is no such run. */
export function showRun(runId: RunId, who: Actor, { stores, clock }: ShowDeps): Promise<ShownRun | undefined> {
  return stores.read(async (tx) => {
    const run = await tx.runs.get(runId);
    const project = run && (await tx.projects.get(run.projectId));
    if (!run || !project || !isKnown(await holderOf(tx, who), project)) return undefined;
    return shown(tx, run, clock.nowMs());
  });
}

const SHOWN = 20;
const FINISHED_SHOWN = 5;
const LOOKED_AT = 50;

/** Over the named project, or over all that know the person. Reads only. */
export async function overview(
  { projectId, ...who }: Actor & { readonly projectId?: ProjectId },
  { stores, clock, fleet, language = "en" }: ShowDeps,
): Promise<Overview> {
  const seen = await stores.read(async (tx) => {
    const holder = await holderOf(tx, who);
    const named = await (projectId ? tx.projects.get(projectId).then((one) => (one ? [one] : [])) : tx.projects.list());
    const projects = named.filter((project) => isKnown(holder, project));
    const spoken = (await languageOf(tx, holder, projects)) ?? language;
    return { language: spoken, isKnown: projects.length > 0, ...(await runsFor(tx, holder, projects, clock.nowMs())) };
  });
  return { ...seen, nodes: seen.isKnown ? await fleet.nodes() : [] };
}

/** The language of the chat in which the person asked for something last. */
async function languageOf(tx: ReadTx, holder: Holder, projects: readonly Project[]): Promise<Language | undefined> {
  const ids = projects.map(({ id }) => id);
  const isOwn = ({ requestedBy }: PlanRun) =>
    requestedBy === holder.account || holder.linked?.includes(requestedBy) === true;
  const own = (await newest(tx, ids, RUN_STATES, LOOKED_AT)).find(isOwn);
  return own && (await tx.chats.get(own.chatId))?.language;
}

async function runsFor(tx: ReadTx, holder: Holder, projects: readonly Project[], nowMs: number) {
  const all = projects.map(({ id }) => id);
  const confirmable = projects.filter((project) => may(holder, "confirm", project)).map(({ id }) => id);
  const drafts = await newest(tx, confirmable, ["draft"], SHOWN);
  return {
    waiting: await shownAll(
      tx,
      drafts.filter((run) => run.expiresAtMs > nowMs),
      nowMs,
    ),
    active: await shownAll(tx, await newest(tx, all, ACTIVE_STATES, SHOWN), nowMs),
    finished: await shownAll(tx, await newest(tx, all, RUN_STATES.filter(isOver), FINISHED_SHOWN), nowMs),
  };
}

async function shownAll(tx: ReadTx, runs: readonly PlanRun[], nowMs: number): Promise<ShownRun[]> {
  const cards: ShownRun[] = [];
  for (const run of runs) {
    const one = await shown(tx, run, nowMs);
    if (one) cards.push(one);
  }
  return cards;
}

async function newest(
  tx: ReadTx,
  projects: readonly ProjectId[],
  states: readonly RunState[],
  limit: number,
): Promise<PlanRun[]> {
  const runs: PlanRun[] = [];
  for (const projectId of projects) runs.push(...(await tx.runs.page({ projectId, states }, { limit })).items);
  return runs.sort((a, b) => b.proposedAtMs - a.proposedAtMs).slice(0, limit);
}

async function shown(tx: ReadTx, run: PlanRun, nowMs: number): Promise<ShownRun | undefined> {
  const card = await currentCard(tx, { runId: run.id, chatId: run.chatId }, nowMs);
  return card && { run, card };
}
