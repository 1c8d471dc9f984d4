import type { Scheduler } from "../../../src/fleet/schedule/scheduler.ts";
import type { Command, CopyFacts, Fault, NodeFacts, Usage } from "../../../src/fleet/schedule/shapes.ts";
import type { PcModel } from "./pc-model.ts";
import type { PcEvent } from "./pc-shapes.ts";
import type { Ask, Driver, Policy, Sent, SimWorld } from "./simulate.ts";

/** As the router watches: `/api/ps` of every PC that often, and how long it waits for an answer. */
const WATCH_EVERY_MS = 5000;
const WATCH_TIMEOUT_MS = 3000;

/** Between two tokens of an answer; longer means that the PC hangs. */
const STALL_MS = 30_000;

/** How long it is looked whether a model that was dropped is gone, and how often. */
const UNLOAD_MS = 30_000;
const UNLOAD_LOOK_MS = 500;

export interface PilotoOptions {
  /** Whether the settings tell slots, memory and number of models; else the scheduler learns them. Default: they do. */
  readonly tellsLimits?: boolean;
}

/**
 * Drives the scheduler of the house over simulated PCs, the way the router does it: does its commands, watches the
 * PCs, breaks off what is over its budget, reports what happened.
 */
export function piloto(createScheduler: () => Scheduler, options: PilotoOptions = {}): Policy {
  return (world) => new PilotoDriver(world, createScheduler(), options);
}

interface Open {
  readonly ask: Ask;
  sent?: Sent;
  budgetMs: number;
}

class PilotoDriver implements Driver {
  readonly #world: SimWorld;
  readonly #scheduler: Scheduler;
  readonly #tellsLimits: boolean;
  readonly #open = new Map<number, Open>();
  readonly #bySent = new Map<number, number>();
  readonly #loads = new Map<number, Sent>();
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #isSeenUp: boolean[];
  #lastId = 0;
  #fresh: number[] = [];

  constructor(world: SimWorld, scheduler: Scheduler, { tellsLimits = true }: PilotoOptions) {
    this.#world = world;
    this.#scheduler = scheduler;
    this.#tellsLimits = tellsLimits;
    this.#indexOf = new Map(world.pcs.map(({ name }, index) => [name, index]));
    this.#isSeenUp = world.pcs.map(() => true);
    world.pcs.forEach((_, index) => {
      this.#watch(index);
    });
  }

  arrive(ask: Ask): void {
    const { model, class: priority, promptTokens, session } = ask.request;
    const id = ++this.#lastId;
    this.#open.set(id, { ask, budgetMs: 0 });
    this.#fresh.push(id);
    const request = { id, model, class: priority, share: "team", promptTokens, affinity: session };
    this.#scheduler.add(request, this.#world.nowMs());
  }

  event(sent: Sent, event: PcEvent): void {
    const nowMs = this.#world.nowMs();
    if (this.#loads.delete(sent.id)) {
      const node = this.#world.pcs[sent.pc]!.name;
      const isLoaded = event.kind === "done";
      this.#seen(sent.pc);
      this.#scheduler.loadEnded(node, sent.model, { isLoaded, ...(!isLoaded && { why: event.kind }) }, nowMs);
      return;
    }
    const id = this.#bySent.get(sent.id);
    if (id === undefined) return;
    if (event.kind === "first-token") {
      this.#scheduler.firstToken(id, nowMs);
      return;
    }
    this.#bySent.delete(sent.id);
    if (event.kind === "done") {
      this.#open.delete(id);
      this.#scheduler.end(id, { kind: "done", ...(event.usage satisfies Usage) }, nowMs);
      return;
    }
    const isBeforeFirstToken = !sent.hasToken;
    const fault = faultOf(event, sent);
    if (fault === "unreachable") this.#look(sent.pc);
    this.#failed(id, fault, isBeforeFirstToken);
  }

  step(): void {
    const commands = this.#scheduler.step(this.#world.nowMs());
    for (const command of commands) this.#do(command);
    for (const id of this.#fresh) this.#estimate(id);
    this.#fresh = [];
  }

  nextAtMs(): number {
    return this.#scheduler.nextAtMs() ?? Number.POSITIVE_INFINITY;
  }

  #do(command: Command): void {
    const nowMs = this.#world.nowMs();
    switch (command.kind) {
      case "send":
        this.#send(command);
        return;
      case "load": {
        const pc = this.#indexOf.get(command.node)!;
        const sent = this.#world.preload(pc, command.model, keepAliveMs(command.keepAliveS));
        this.#loads.set(sent.id, sent);
        return;
      }
      case "unload":
        this.#world.unload(this.#indexOf.get(command.node)!, command.model);
        this.#untilGone(command.node, command.model, nowMs + UNLOAD_MS);
        return;
      case "abort":
        this.#breakOff(command.id, "unreachable");
        return;
      case "give-up": {
        const open = this.#open.get(command.request.id);
        this.#open.delete(command.request.id);
        if (open) this.#world.fail(open.ask);
        return;
      }
    }
  }

  /** Ollama says yes at once, and drops the model when it is idle. */
  #untilGone(node: string, model: string, untilMs: number): void {
    const index = this.#indexOf.get(node)!;
    const pc = this.#world.pcs[index]!;
    const isThere = pc.state() === "up" && pc.resident().some((one) => one.model === model);
    if (isThere && this.#world.nowMs() < untilMs) {
      this.#world.at(this.#world.nowMs() + UNLOAD_LOOK_MS, () => this.#untilGone(node, model, untilMs));
      return;
    }
    this.#seen(index);
    this.#scheduler.unloadEnded(node, model, this.#world.nowMs());
  }

  #send({ request, node, keepAliveS, firstTokenBudgetMs }: Extract<Command, { kind: "send" }>): void {
    const open = this.#open.get(request.id)!;
    const sent = this.#world.send(this.#indexOf.get(node)!, open.ask, { keepAliveMs: keepAliveMs(keepAliveS) });
    open.sent = sent;
    this.#bySent.set(sent.id, request.id);
    this.#world.at(this.#world.nowMs() + firstTokenBudgetMs, () => {
      if (!sent.hasToken && this.#bySent.get(sent.id) === request.id) this.#breakOff(request.id, "silent");
    });
  }

  /** Closes the connection of a request that has no token yet, and says so. */
  #breakOff(id: number, fault: Fault): void {
    const sent = this.#open.get(id)?.sent;
    if (!sent || !this.#bySent.delete(sent.id)) return;
    this.#world.disconnect(sent);
    this.#failed(id, fault, !sent.hasToken);
  }

  #failed(id: number, fault: Fault, isBeforeFirstToken: boolean): void {
    const outcome = { kind: "failed", fault, isBeforeFirstToken, why: fault } as const;
    this.#scheduler.end(id, outcome, this.#world.nowMs());
    // After the first token the client knows, and asks anew.
    if (!isBeforeFirstToken) this.#open.delete(id);
  }

  #estimate(id: number): void {
    const open = this.#open.get(id);
    if (!open || open.sent || open.ask.request.isWarmUp) return;
    const wait = this.#scheduler.estimate(id, this.#world.nowMs());
    if (wait?.aboutMs !== undefined) this.#world.estimated(open.ask, wait.aboutMs);
  }

  #watch(index: number): void {
    this.#look(index);
    this.#world.at(this.#world.nowMs() + WATCH_EVERY_MS, () => this.#watch(index));
  }

  #look(index: number): void {
    const pc = this.#world.pcs[index]!;
    if (pc.state() !== "hung") this.#seen(index);
    else {
      this.#world.at(this.#world.nowMs() + WATCH_TIMEOUT_MS, () => {
        if (pc.state() === "hung") this.#seen(index);
      });
    }
  }

  #seen(index: number): void {
    const pc = this.#world.pcs[index]!;
    const isUp = pc.state() === "up";
    if (!isUp && this.#isSeenUp[index]) this.#wentDown(index);
    this.#isSeenUp[index] = isUp;
    this.#scheduler.setNode(this.#factsOf(index, pc), this.#world.nowMs());
  }

  /** Loads there have failed; answers that stand still are broken off later. */
  #wentDown(index: number): void {
    const { name } = this.#world.pcs[index]!;
    for (const sent of [...this.#loads.values()].filter(({ pc }) => pc === index)) {
      this.#loads.delete(sent.id);
      this.#world.disconnect(sent);
      this.#scheduler.loadEnded(name, sent.model, { isLoaded: false, why: "the PC is gone" }, this.#world.nowMs());
    }
    this.#world.at(this.#world.nowMs() + STALL_MS - WATCH_TIMEOUT_MS, () => {
      if (this.#world.pcs[index]!.state() !== "hung") return;
      for (const [id, { ask, sent }] of [...this.#open]) {
        if (sent?.pc !== index || !sent.hasToken || !this.#bySent.has(sent.id)) continue;
        this.#breakOff(id, "cut-off");
        this.#world.fail(ask);
      }
    });
  }

  #factsOf(index: number, pc: PcModel): NodeFacts {
    const { models: all, pcs } = this.#world.fleet;
    const { name, vramGB, maxLoaded, slots, models } = pcs[index]!;
    const sizeOf = (model: string) => all.find((one) => one.name === model)!.sizeGB * 1e9;
    const resident = new Map<string, CopyFacts>();
    if (pc.state() === "up") {
      for (const { model, vramBytes, sizeBytes } of pc.resident()) resident.set(model, { vramBytes, sizeBytes });
    }
    return {
      name,
      health: pc.state() === "up" ? "up" : "down",
      isDrained: false,
      labels: [],
      taints: [],
      ...(this.#tellsLimits && { vramBytes: vramGB * 1e9, maxLoaded, slots }),
      models: new Map(models.map((model) => [model, { sizeBytes: sizeOf(model), digest: model }])),
      resident,
    };
  }
}

const keepAliveMs = (seconds: number) => (seconds < 0 ? Number.POSITIVE_INFINITY : seconds * 1000);

function faultOf({ kind }: PcEvent, { hasToken }: Sent): Fault {
  if (kind === "busy" || kind === "missing" || kind === "broken") return kind;
  if (kind === "unreachable") return kind;
  return hasToken ? "cut-off" : kind === "cut" ? "unreachable" : "broken";
}
