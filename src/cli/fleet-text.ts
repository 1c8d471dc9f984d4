import type { FleetModel, FleetNode } from "../../core/domain/fleet-node.ts";
import type { CopyState } from "../fleet/schedule/shapes.ts";
import type { FleetPicture } from "../fleet-control.ts";

/** Heads and rows for `printTable`. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The PCs, one a row: how each stands, what it holds; with `isRunning` also what Piloto has under way there. Pure. */
export function nodeTable({ nodes, scheduler }: FleetPicture, isRunning: boolean): Table {
  const rows = nodes.map((node) => {
    const copies = scheduler.copies.filter((copy) => copy.node === node.name);
    const work = isRunning ? [atWork(node, copies)] : [];
    return [node.name, stateOf(node), node.version ?? "", ...work, inMemory(node, copies), node.url];
  });
  return { head: ["pc", "state", "ollama", ...(isRunning ? ["at work"] : []), "in memory", "address"], rows };
}

/** The models, one a row: what each can do, where it is. With `isRunning` also who waits. Pure. */
export function modelTable({ models, scheduler }: FleetPicture, isRunning: boolean): Table {
  const unknown = scheduler.queues.filter((queue) => !models.some(({ name }) => name === queue.model));
  const rows = [
    ...models.map((model) => [
      model.name,
      model.abilities.join(", "),
      String(model.contextLength ?? ""),
      model.nodes.join(", "),
      loadedOn(model, scheduler.copies),
    ]),
    ...unknown.map(({ model }) => [model, "", "", "(no PC)", ""]),
  ];
  if (!isRunning) return { head: MODEL_HEAD, rows };
  return {
    head: [...MODEL_HEAD, "waiting"],
    rows: rows.map((row) => [...row, waiting(scheduler.queues.find(({ model }) => model === row[0]))]),
  };
}

const MODEL_HEAD = ["model", "can", "context", "on disk of", "in memory of"] as const;

/** How a PC stands, in words. */
export function stateOf({ name, url, health, reason, isDrained, isOnTrial }: FleetNode): string {
  // The row names the PC already.
  const why = reason?.replace(`${name} (${url}) `, "").replace(/\.$/, "") ?? "it does not answer";
  const base = health === "down" ? `down: ${why}` : health === "up" ? "up" : "not seen yet";
  return [base, ...(isDrained ? ["drained"] : []), ...(isOnTrial ? ["on trial"] : [])].join(", ");
}

/** Requests in flight of those that its copies take at once. */
function atWork({ requestsInFlight }: FleetNode, copies: readonly CopyState[]): string {
  const slots = copies.reduce((sum, { state, slots }) => sum + (state === "ready" ? slots : 0), 0);
  return slots === 0 ? String(requestsInFlight) : `${requestsInFlight} of ${slots}`;
}

function inMemory({ resident }: FleetNode, copies: readonly CopyState[]): string {
  const told = copies.map(({ model, state }) => (state === "ready" ? model : `${model} (${state})`));
  const others = resident.filter((name) => !copies.some(({ model }) => model === name));
  return [...told, ...others].join(", ");
}

function loadedOn({ name }: FleetModel, copies: readonly CopyState[]): string {
  const its = copies.filter(({ model }) => model === name);
  return its.map(({ node, state }) => (state === "ready" ? node : `${node} (${state})`)).join(", ");
}

function waiting(queue: FleetPicture["scheduler"]["queues"][number] | undefined): string {
  if (!queue || queue.interactive + queue.batch === 0) return "nobody";
  return `${queue.interactive} interactive, ${queue.batch} batch`;
}
