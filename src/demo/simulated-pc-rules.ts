/**
 * The rules by which one PC with Ollama loads models and gives out slots, without HTTP and without a clock of their
 * own: every call takes the time and returns what happened. Source: server/sched.go at fb30760, as summed up in the
 * project's fact sheet on Ollama (2026-11-21).
 *
 * - A request for a loaded model with the same load options waits for a slot of that model, in an unbounded line.
 * - Any other request waits in `pending` (bounded: 503). The first of them is worked on alone: while it waits for a
 *   busy model to become idle, everybody behind it waits too.
 * - The model that must go is the idle one with the shortest keep-alive (ties by name), not the least recently used.
 * - When the request that caused a load goes away, the load is aborted.
 */
export interface PcRules {
  arrive(request: SlotRequest, nowMs: number): Effect[];
  /** The request ended or its client went away. Unknown ids are ignored. */
  leave(id: number, nowMs: number): Effect[];
  /** Drops a model from memory, once it is idle. */
  unload(model: string, nowMs: number): Effect[];
  /** Loads that are complete by now, models whose keep-alive is over. */
  advance(nowMs: number): Effect[];
  /** When `advance` has something to do next. */
  nextAtMs(): number | undefined;
  /** As `/api/ps` would list them: models that are still loading included. */
  resident(): Resident[];
  counts(): { active: number; waiting: number; pending: number };
}

export interface SlotRequest {
  readonly id: number;
  readonly model: string;
  readonly sizeBytes: number;
  /** How long loading it takes here. */
  readonly loadMs: number;
  /** Requests it can work on at once. */
  readonly slots: number;
  /** Everything that makes Ollama load a model afresh when it differs: `num_ctx`, `num_gpu`, `shift`… */
  readonly loadOptions: string;
  readonly contextLength: number;
  /** Infinity: stays for ever. Absent: as the model has it, or the PC's default. */
  readonly keepAliveMs?: number;
}

export type Effect =
  | { readonly kind: "start"; readonly id: number }
  | { readonly kind: "refuse"; readonly id: number }
  | { readonly kind: "loading" | "loaded" | "unloaded" | "load-aborted"; readonly model: string };

export interface Resident {
  readonly model: string;
  readonly isLoading: boolean;
  readonly sizeBytes: number;
  readonly vramBytes: number;
  readonly contextLength: number;
  readonly expiresAtMs: number;
  readonly active: number;
}

export interface PcLimits {
  readonly vramBytes: number;
  readonly maxLoaded: number;
  readonly maxPending: number;
  readonly keepAliveMs: number;
}

interface Runner {
  readonly model: string;
  readonly request: SlotRequest;
  keepAliveMs: number;
  readyAtMs: number;
  isLoading: boolean;
  expiresAtMs: number;
  isLeaving: boolean;
  readonly active: Set<number>;
  waiting: SlotRequest[];
}

interface Pc {
  readonly limits: PcLimits;
  readonly runners: Map<string, Runner>;
  pending: SlotRequest[];
}

/** The rules of one PC with nothing loaded. */
export function createPcRules(limits: PcLimits): PcRules {
  const pc: Pc = { limits, runners: new Map(), pending: [] };
  const runners = () => [...pc.runners.values()];
  return {
    arrive: (request, nowMs) => arrive(pc, request, nowMs),
    leave: (id, nowMs) => leave(pc, id, nowMs),
    unload: (model, nowMs) => unload(pc, model, nowMs),
    advance: (nowMs) => advance(pc, nowMs),
    nextAtMs() {
      const next = Math.min(...runners().map(changesAtMs));
      return Number.isFinite(next) ? next : undefined;
    },
    resident: () => runners().map((runner) => toResident(runner, limits)),
    counts: () => ({
      active: runners().reduce((sum, runner) => sum + runner.active.size, 0),
      waiting: runners().reduce((sum, runner) => sum + runner.waiting.length, 0),
      pending: pc.pending.length,
    }),
  };
}

function arrive(pc: Pc, request: SlotRequest, nowMs: number): Effect[] {
  const runner = pc.runners.get(request.model);
  if (runner && runner.request.loadOptions === request.loadOptions) return join(runner, request);
  if (pc.pending.length >= pc.limits.maxPending) return [{ kind: "refuse", id: request.id }];
  pc.pending.push(request);
  return workOnPending(pc, nowMs);
}

function join(runner: Runner, request: SlotRequest): Effect[] {
  if (request.keepAliveMs !== undefined) runner.keepAliveMs = request.keepAliveMs;
  runner.waiting.push(request);
  return fillSlots(runner);
}

function fillSlots(runner: Runner): Effect[] {
  const effects: Effect[] = [];
  while (!runner.isLoading && runner.active.size < runner.request.slots) {
    const next = runner.waiting.shift();
    if (!next) break;
    runner.active.add(next.id);
    effects.push({ kind: "start", id: next.id });
  }
  return effects;
}

function workOnPending(pc: Pc, nowMs: number): Effect[] {
  const effects: Effect[] = [];
  for (let head = pc.pending[0]; head; head = pc.pending[0]) {
    const runner = pc.runners.get(head.model);
    if (runner && runner.request.loadOptions === head.loadOptions) {
      pc.pending.shift();
      effects.push(...join(runner, head));
      continue;
    }
    const inTheWay = runner ?? (hasRoomFor(pc, head) ? undefined : leastWanted(pc));
    if (!inTheWay) {
      pc.pending.shift();
      effects.push(...load(pc, head, nowMs));
    } else if (isIdle(inTheWay)) {
      effects.push(drop(pc, inTheWay));
    } else {
      inTheWay.isLeaving = true;
      break;
    }
  }
  return effects;
}

function hasRoomFor({ runners, limits }: Pc, request: SlotRequest): boolean {
  if (runners.size === 0) return true;
  const used = [...runners.values()].reduce((sum, runner) => sum + runner.request.sizeBytes, 0);
  return runners.size < limits.maxLoaded && used + request.sizeBytes <= limits.vramBytes;
}

function leastWanted({ runners }: Pc): Runner | undefined {
  const byKeepAlive = [...runners.values()].sort(
    (a, b) => a.keepAliveMs - b.keepAliveMs || (a.model < b.model ? -1 : 1),
  );
  return byKeepAlive.find(isIdle) ?? byKeepAlive[0];
}

function load(pc: Pc, request: SlotRequest, nowMs: number): Effect[] {
  const runner: Runner = {
    model: request.model,
    request,
    keepAliveMs: request.keepAliveMs ?? pc.limits.keepAliveMs,
    readyAtMs: nowMs + request.loadMs,
    isLoading: true,
    expiresAtMs: Number.POSITIVE_INFINITY,
    isLeaving: false,
    active: new Set(),
    waiting: [request],
  };
  pc.runners.set(request.model, runner);
  return [{ kind: "loading", model: request.model }, ...(request.loadMs <= 0 ? finishLoad(runner) : [])];
}

function finishLoad(runner: Runner): Effect[] {
  runner.isLoading = false;
  return [{ kind: "loaded", model: runner.model }, ...fillSlots(runner)];
}

function leave(pc: Pc, id: number, nowMs: number): Effect[] {
  pc.pending = pc.pending.filter((request) => request.id !== id);
  const effects: Effect[] = [];
  for (const runner of [...pc.runners.values()]) {
    if (runner.isLoading && runner.request.id === id) {
      effects.push(...abortLoad(pc, runner));
      continue;
    }
    runner.waiting = runner.waiting.filter((request) => request.id !== id);
    if (runner.active.delete(id)) effects.push(...fillSlots(runner), ...settle(pc, runner, nowMs));
  }
  return [...effects, ...workOnPending(pc, nowMs)];
}

function abortLoad(pc: Pc, runner: Runner): Effect[] {
  pc.runners.delete(runner.model);
  const others = runner.waiting.filter((request) => request.id !== runner.request.id);
  pc.pending = [...others, ...pc.pending];
  return [{ kind: "load-aborted", model: runner.model }];
}

function settle(pc: Pc, runner: Runner, nowMs: number): Effect[] {
  if (!isIdle(runner)) return [];
  if (runner.isLeaving || runner.keepAliveMs <= 0) return [drop(pc, runner)];
  runner.expiresAtMs = nowMs + runner.keepAliveMs;
  return [];
}

function drop(pc: Pc, runner: Runner): Effect {
  pc.runners.delete(runner.model);
  return { kind: "unloaded", model: runner.model };
}

function unload(pc: Pc, model: string, nowMs: number): Effect[] {
  const runner = pc.runners.get(model);
  if (!runner) return [];
  runner.keepAliveMs = 0;
  return [...settle(pc, runner, nowMs), ...workOnPending(pc, nowMs)];
}

function advance(pc: Pc, nowMs: number): Effect[] {
  const effects: Effect[] = [];
  for (const runner of [...pc.runners.values()]) {
    if (runner.isLoading && runner.readyAtMs <= nowMs) {
      effects.push(...finishLoad(runner), ...settle(pc, runner, nowMs));
    } else if (isIdle(runner) && runner.expiresAtMs <= nowMs) {
      effects.push(drop(pc, runner));
    }
  }
  return [...effects, ...workOnPending(pc, nowMs)];
}

function changesAtMs(runner: Runner): number {
  if (runner.isLoading) return runner.readyAtMs;
  return isIdle(runner) ? runner.expiresAtMs : Number.POSITIVE_INFINITY;
}

const isIdle = (runner: Runner) => !runner.isLoading && runner.active.size === 0 && runner.waiting.length === 0;

const toResident = (runner: Runner, limits: PcLimits): Resident => ({
  model: runner.model,
  isLoading: runner.isLoading,
  sizeBytes: runner.request.sizeBytes,
  vramBytes: Math.min(runner.request.sizeBytes, limits.vramBytes),
  contextLength: runner.request.contextLength,
  expiresAtMs: runner.expiresAtMs,
  active: runner.active.size,
});
