import { z } from "zod";
import type { WorkshopState } from "./workshop-state.ts";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly idempotencyKey?: string;
}

type Act = (ids: readonly string[], asked: Asked, state: WorkshopState) => Answer;

const StockChange = z.strictObject({ quantity: z.int().min(0) });
const NewJob = z.strictObject({
  machineId: z.string(),
  partId: z.string(),
  quantity: z.int().min(1),
  note: z.string().max(500).optional(),
});
const NewNotice = z.strictObject({ text: z.string().min(1).max(2000), author: z.string().max(80).optional() });

const OPERATIONS: readonly (readonly [method: string, path: RegExp, act: Act])[] = [
  ["GET", /^\/parts$/, listParts],
  ["GET", /^\/parts\/([^/]+)$/, ([id], _asked, { parts }) => oneOf(parts, id, "part")],
  ["GET", /^\/parts\/([^/]+)\/stock$/, readStock],
  ["PUT", /^\/parts\/([^/]+)\/stock$/, setStock],
  ["GET", /^\/machines$/, (_ids, { query }, { machines }) => listed(withStatus(machines, query))],
  ["GET", /^\/machines\/([^/]+)$/, ([id], _asked, { machines }) => oneOf(machines, id, "machine")],
  ["POST", /^\/machines\/([^/]+)\/start$/, (ids, asked, state) => switchMachine(ids, asked, state, "running")],
  ["POST", /^\/machines\/([^/]+)\/stop$/, (ids, asked, state) => switchMachine(ids, asked, state, "stopped")],
  ["GET", /^\/jobs$/, (_ids, { query }, { jobs }) => listed(withStatus(jobs, query))],
  ["POST", /^\/jobs$/, createJob],
  ["DELETE", /^\/jobs\/([^/]+)$/, cancelJob],
  ["GET", /^\/notices$/, (_ids, _asked, { notices }) => listed(notices)],
  ["POST", /^\/notices$/, postNotice],
];

/** Does what a request asks of the workshop, or says in its answer why not. */
export function answerWorkshop(asked: Asked, state: WorkshopState): Answer {
  const onPath = OPERATIONS.filter(([, path]) => path.test(asked.path));
  const found = onPath.find(([method]) => method === asked.method);
  if (!found)
    return onPath.length > 0
      ? no(405, `${asked.method} is not possible here.`)
      : no(404, `There is nothing at ${asked.path}.`);
  const [, path, act] = found;
  const ids = (path.exec(asked.path) ?? []).slice(1).map(decodeURIComponent);
  return act(ids, asked, state);
}

const yes = (body: unknown, status = 200): Answer => ({ status, body });
const no = (status: number, error: string): Answer => ({ status, body: { error } });
const listed = (items: readonly unknown[]): Answer => yes({ items, total: items.length });

function changed({ method, path, idempotencyKey }: Asked, state: WorkshopState): void {
  state.changes.push({ operation: `${method} ${path}`, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
}

function oneOf(things: readonly { id: string }[], id: string | undefined, what: string): Answer {
  const found = things.find((thing) => thing.id === id);
  return found ? yes(found) : no(404, `There is no ${what} "${id}".`);
}

function withStatus<T extends { status: string }>(things: readonly T[], query: URLSearchParams): readonly T[] {
  const status = query.get("status");
  return status ? things.filter((thing) => thing.status === status) : things;
}

function listParts(_ids: readonly string[], { query }: Asked, { parts }: WorkshopState): Answer {
  const words = (query.get("name") ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const found = parts.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word.replace(/s$/, ""))));
  const limit = Number(query.get("limit") ?? found.length);
  return yes({ items: found.slice(0, limit), total: found.length });
}

function readStock([id]: readonly string[], _asked: Asked, { parts }: WorkshopState): Answer {
  const part = parts.find((known) => known.id === id);
  return part ? yes({ partId: part.id, quantity: part.stock, unit: part.unit }) : no(404, `There is no part "${id}".`);
}

function setStock([id]: readonly string[], asked: Asked, state: WorkshopState): Answer {
  const part = state.parts.find((known) => known.id === id);
  if (!part) return no(404, `There is no part "${id}".`);
  const change = StockChange.safeParse(parsed(asked.body));
  if (!change.success) return no(400, "Give { quantity } as a whole number, 0 or more.");
  part.stock = change.data.quantity;
  changed(asked, state);
  return yes(part);
}

function switchMachine([id]: readonly string[], asked: Asked, state: WorkshopState, to: "running" | "stopped"): Answer {
  const machine = state.machines.find((known) => known.id === id);
  if (!machine) return no(404, `There is no machine "${id}".`);
  if (machine.status === to) return no(409, `${machine.name} is ${to} already.`);
  machine.status = to;
  changed(asked, state);
  return yes(machine);
}

function createJob(_ids: readonly string[], asked: Asked, state: WorkshopState): Answer {
  const job = NewJob.safeParse(parsed(asked.body));
  if (!job.success) return no(400, "Give { machineId, partId, quantity } and, if you like, a note.");
  const { machineId, partId, quantity, note = "" } = job.data;
  if (!state.machines.some(({ id }) => id === machineId)) return no(404, `There is no machine "${machineId}".`);
  if (!state.parts.some(({ id }) => id === partId)) return no(404, `There is no part "${partId}".`);
  const made = { id: `j-${state.jobs.length + 1}`, machineId, partId, quantity, note, status: "waiting" as const };
  state.jobs.push(made);
  changed(asked, state);
  return yes(made, 201);
}

function cancelJob([id]: readonly string[], asked: Asked, state: WorkshopState): Answer {
  const job = state.jobs.find((known) => known.id === id);
  if (!job) return no(404, `There is no job "${id}".`);
  if (job.status !== "waiting") return no(409, `Job ${job.id} is ${job.status} already.`);
  job.status = "cancelled";
  changed(asked, state);
  return yes(job);
}

function postNotice(_ids: readonly string[], asked: Asked, state: WorkshopState): Answer {
  const notice = NewNotice.safeParse(parsed(asked.body));
  if (!notice.success) return no(400, "Give { text } and, if you like, an author.");
  const made = { id: `n-${state.notices.length + 1}`, text: notice.data.text, author: notice.data.author ?? "Piloto" };
  state.notices.push(made);
  changed(asked, state);
  return yes(made, 201);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
