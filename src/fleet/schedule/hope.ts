import { filteredBy, STANDING_FILTERS } from "./filters.ts";
import { dequeue, type Entry, entriesOf, type Lane } from "./queue.ts";
import type { GiveUp, Verdict } from "./shapes.ts";
import type { ModelState, NodeState, World } from "./world.ts";

/** Gives up who can be served by nobody, whatever time brings: settings, missing models, PCs that all failed it. */
export function checkHope(world: World, model: ModelState, nowMs: number): void {
  for (const lane of [...model.queue.lanes.values()]) {
    if (lane.checkedIn === world.version) continue;
    const entries = [...laneEntries(model, lane)];
    if (entries.length === 0) continue;
    const verdict = hopeOf(world, model, lane, nowMs);
    if (verdict === undefined) {
      // Whoever joins this lane before anything changes has the same hope.
      lane.checkedIn = world.version;
      continue;
    }
    for (const entry of entries.sort((a, b) => a.request.id - b.request.id)) {
      giveUp(world, entry, verdict === "all-failed" ? allFailed(entry, failureOf(world, model)) : verdict);
    }
  }
}

/** Whoever waits past its time. */
export function checkDeadlines(world: World, nowMs: number): void {
  for (;;) {
    const first = world.deadlines.peek();
    if (first === undefined || first.deadlineMs > nowMs) return;
    const allDown = ![...world.nodes.values()].some((node) => node.facts.health === "up");
    giveUp(world, first, { code: "DEADLINE", waitedMs: nowMs - first.arrivedMs, allDown });
  }
}

export function giveUp(world: World, entry: Entry, reason: GiveUp): void {
  const model = world.models.get(entry.request.model)!;
  dequeue(model.queue, entry);
  world.waiting.delete(entry.request.id);
  world.deadlines.remove(entry);
  world.commands.push({ kind: "give-up", request: entry.request, reason });
}

export function allFailed(entry: Entry, load?: string): GiveUp {
  const { fault, why } = entry.lastFault ?? { fault: "broken" as const, why: load ?? "no PC could load the model" };
  return { code: "ALL_FAILED", fault, why, nodes: [...entry.failedOn] };
}

function hopeOf(world: World, model: ModelState, lane: Lane, nowMs: number): GiveUp | "all-failed" | undefined {
  const nodes = [...world.nodes.values()];
  if (nodes.length === 0 || nodes.some((node) => node.facts.health === "unknown")) return undefined;
  const request = { ...lane, model: model.name, class: "batch" as const, share: "", promptTokens: 0 };
  const holders: NodeState[] = [];
  const verdicts: Verdict[] = [];
  for (const node of nodes) {
    const out = filteredBy(
      { world, node, copy: undefined, request, failedOn: [], isAged: false, nowMs },
      STANDING_FILTERS,
    );
    if (out === undefined) holders.push(node);
    else verdicts.push({ node: node.name, ...out });
  }
  if (holders.length === 0) {
    const hasIt = nodes.some((node) => node.facts.models.has(model.name));
    if (hasIt || verdicts.every((one) => one.filteredBy !== "model")) return { code: "FORBIDDEN", verdicts };
    return nodes.some((node) => node.facts.health === "up") ? { code: "MODEL_MISSING" } : undefined;
  }
  // Who failed it twice will hardly be helped by a load on a third PC.
  const isSpent = lane.failedOn.length >= 2;
  const isOut = (node: NodeState) =>
    lane.failedOn.includes(node.name) || cannotLoad(node, model, nowMs) || (isSpent && !node.copies.has(model.name));
  return holders.every(isOut) ? "all-failed" : undefined;
}

/** It failed to load the model twice, and lately. */
function cannotLoad(node: NodeState, model: ModelState, nowMs: number): boolean {
  if (node.copies.has(model.name)) return false;
  const failure = node.loadFailures.get(model.name);
  return failure !== undefined && failure.times >= 2 && nowMs < failure.untilMs;
}

function failureOf(world: World, model: ModelState): string | undefined {
  for (const node of world.nodes.values()) {
    const failure = node.loadFailures.get(model.name);
    if (failure !== undefined) return failure.why;
  }
  return undefined;
}

function* laneEntries(model: ModelState, lane: Lane): Generator<Entry> {
  for (const entry of entriesOf(model.queue)) if (entry.lane === lane) yield entry;
}
