import type { HomeView, KnownBlock } from "@slack/types";
import type { FleetNode } from "../../../core/domain/fleet-node.ts";
import { shortRunId } from "../../../core/domain/ids.ts";
import { plainText, visibleText } from "../../../core/domain/plain-text.ts";
import type { Overview, ShownRun } from "../../../core/index.ts";
import { type Words, words } from "../../../core/words/words.ts";
import { cutCounted, labelText } from "../../shared/cut-text.ts";
import { actionsBlock, plainLabel } from "./card-message.ts";
import { richText, run, section } from "./rich-text.ts";

const MOST_WAITING = 12;
const MOST_ACTIVE = 12;
const MOST_FINISHED = 8;
const MOST_NODES = 30;
const MOST_STEPS = 8;
const STEP = 600;

/** App Home: what waits for this person (with buttons), what runs, what ended, and the fleet. Never over Slack's limits. */
export function homeView(overview: Overview): HomeView {
  const say = words(overview.language).chatApp.home;
  if (!overview.isKnown) return home([literal(say.stranger)]);
  return home([
    ...listed(overview.waiting, MOST_WAITING, say.waiting, say.noneWaiting, say, waitingBlocks),
    ...listed(overview.active, MOST_ACTIVE, say.active, say.noneActive, say, activeBlocks),
    ...(overview.finished.length > 0
      ? listed(overview.finished, MOST_FINISHED, say.finished, "", say, ({ card }) => [runLine(card)])
      : []),
    header(say.fleet),
    fleetBlock(overview.nodes, say),
    literal(say.hint),
  ]);
}

type HomeWords = Words["chatApp"]["home"];

const home = (blocks: KnownBlock[]): HomeView => ({ type: "home", blocks });
const header = (text: string): KnownBlock => ({ type: "header", text: plainLabel(text, 150) });
const literal = (text: string): KnownBlock => richText([section(run(text))]);

function listed(
  runs: readonly ShownRun[],
  most: number,
  title: string,
  none: string,
  say: HomeWords,
  draw: (shown: ShownRun, at: number) => KnownBlock[],
): KnownBlock[] {
  if (runs.length === 0) return [header(title), literal(none)];
  const more = runs.length - most;
  return [header(title), ...runs.slice(0, most).flatMap(draw), ...(more > 0 ? [literal(say.more(more))] : [])];
}

/**
 * A draft with its buttons. Confirm is offered here only where every operation and argument is in sight; else the
 * card in the thread is the place to decide.
 */
function waitingBlocks({ card }: ShownRun, at: number): KnownBlock[] {
  const steps = card.steps.slice(0, MOST_STEPS).map((step) => {
    const whole = `${step.number} · ${visibleText(step.operation)} ${step.args === "{}" ? "" : visibleText(step.args)}`;
    return { whole, shown: cutCounted(whole.trim(), STEP, card.language) };
  });
  const isWhole = card.steps.length <= MOST_STEPS && steps.every(({ whole, shown }) => whole.trim() === shown);
  const buttons = isWhole ? card.buttons : card.buttons.filter(({ action }) => action !== "confirm");
  const more = card.steps.length - steps.length;
  const lines = [
    ...steps.map(({ shown }) => shown),
    ...(more > 0 ? [words(card.language).chatApp.home.more(more)] : []),
  ];
  const risk = words(card.language).chatApp.risk[card.risk];
  return [
    richText([
      section([...run(goalOf(card), { bold: true }), ...run(` · ${risk} · …${shortOf(card)}`)]),
      section(run(lines.join("\n"))),
    ]),
    ...actionsBlock({ ...card, buttons }, `home:waiting:${at}:${card.revision}`),
  ];
}

function activeBlocks({ card }: ShownRun, at: number): KnownBlock[] {
  return [runLine(card), ...actionsBlock(card, `home:active:${at}:${card.state}:${card.revision}`)];
}

const runLine = (card: ShownRun["card"]): KnownBlock =>
  richText([
    section([
      ...run(labelText(plainText(card.headline), 200), { bold: true }),
      ...run(`\n${goalOf(card)} · …${shortOf(card)}`),
    ]),
  ]);

const goalOf = (card: ShownRun["card"]): string => labelText(plainText(card.goal), 300) || "–";
const shortOf = (card: ShownRun["card"]): string => visibleText(shortRunId(card.runId));

function fleetBlock(nodes: readonly FleetNode[], say: HomeWords): KnownBlock {
  if (nodes.length === 0) return literal(say.noFleet);
  const lines = nodes
    .slice(0, MOST_NODES)
    .flatMap((node, at) => [
      ...run(`${at === 0 ? "" : "\n"}${labelText(plainText(node.name), 80) || "–"}`, { bold: true }),
      ...run(` · ${nodeLine(node, say)}`),
    ]);
  const more = nodes.length - MOST_NODES;
  return richText([section([...lines, ...run(more > 0 ? `\n${say.more(more)}` : "")])]);
}

function nodeLine(node: FleetNode, say: HomeWords): string {
  const resident = labelText(plainText(node.resident.join(", ")), 200) || say.nothing;
  const why = node.reason === undefined ? "" : ` (${labelText(plainText(node.reason), 200)})`;
  return `${say.node(say.health[node.health], resident, node.requestsInFlight)}${why}`;
}
