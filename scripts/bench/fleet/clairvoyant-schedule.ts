import type { PcEvent } from "./pc-shapes.ts";
import type { Ask, Driver, Policy, Sent, SimWatcher, SimWorld } from "./simulate.ts";
import type { SimRequest } from "./workload-shapes.ts";

/** From that time on a PC is to hold a model, or no longer. */
export interface PlacementChange {
  readonly atMs: number;
  readonly pc: number;
  readonly model: string;
  readonly isThere: boolean;
}

/** A schedule made with full knowledge: which copies live where and when, and who goes first and where. */
export interface Schedule {
  /** By time. */
  readonly placement: readonly PlacementChange[];
  /** Seconds of work that waiting for one second makes up for: 0: the shortest first, large: the first first. */
  readonly age: number;
  /** How much the time that a PC is taken counts beside the time to the first token when a PC is chosen. */
  readonly occupancy: number;
  /** Whether a request may wait for a busy PC that would serve it better than a free one. */
  readonly mayHold: boolean;
  /** By request: its work counts that many times when the shortest goes first. */
  readonly bias: ReadonlyMap<number, number>;
  /** By request: the PC it goes to. */
  readonly pins: ReadonlyMap<number, number>;
}

/** Plays a schedule. It knows how long every answer will be; the PCs are the same as for every other policy. */
export function clairvoyantPolicy(schedule: Schedule): Policy {
  return (world) => new ScheduleDriver(world, schedule);
}

/** Notes what a policy does, as a schedule with the same placement and the same PC for every request. */
export function recorder(): { watcher: SimWatcher; placement: PlacementChange[]; pins: Map<number, number> } {
  const placement: PlacementChange[] = [];
  const pins = new Map<number, number>();
  const lastSentMs = new Map<string, number>();
  return {
    placement,
    pins,
    watcher: {
      sent({ pc, ask, model }, nowMs) {
        lastSentMs.set(`${pc} ${model}`, nowMs);
        if (ask) pins.set(ask.request.id, pc);
      },
      changed(pc, event, nowMs) {
        if (event.kind === "loading") placement.push({ atMs: nowMs, pc, model: event.model, isThere: true });
        if (event.kind !== "unloaded" && event.kind !== "load-aborted") return;
        // It got no more work from its last request on: from there it may go.
        const atMs = (lastSentMs.get(`${pc} ${event.model}`) ?? nowMs) + 1;
        placement.push({ atMs: Math.min(atMs, nowMs), pc, model: event.model, isThere: false });
      },
    },
  };
}

interface Copy {
  readonly pc: number;
  readonly model: string;
  isWanted: boolean;
  state: "absent" | "loading" | "ready";
  readyMs: number;
  /** Until when the requests on it are about to be done. */
  readonly active: Map<number, number>;
}

interface Waiting {
  readonly ask: Ask;
  readonly rank: number;
  readonly prefillS: number;
  readonly workS: number;
}

/** Requests further back in line are not looked at. */
const DEPTH = 24;

class ScheduleDriver implements Driver {
  readonly #world: SimWorld;
  readonly #schedule: Schedule;
  readonly #copies: Copy[] = [];
  readonly #queues = new Map<string, Waiting[]>();
  #isChanged = true;

  constructor(world: SimWorld, schedule: Schedule) {
    this.#world = world;
    this.#schedule = schedule;
    world.fleet.pcs.forEach((spec, pc) => {
      for (const model of spec.models) {
        this.#copies.push({ pc, model, isWanted: false, state: "absent", readyMs: 0, active: new Map() });
      }
    });
    for (const { name } of world.fleet.models) this.#queues.set(name, []);
    for (const change of schedule.placement) world.at(change.atMs, () => this.#change(change));
  }

  arrive(ask: Ask): void {
    const waiting = this.#waitingFor(ask);
    const queue = this.#queues.get(ask.request.model)!;
    let at = queue.length;
    while (at > 0 && queue[at - 1]!.rank > waiting.rank) at -= 1;
    queue.splice(at, 0, waiting);
    this.#isChanged = true;
  }

  event(sent: Sent, event: PcEvent): void {
    if (event.kind === "first-token") return;
    const copy = this.#copyOf(sent.pc, sent.model);
    this.#isChanged = true;
    if (!sent.ask) copy.state = event.kind === "done" ? "ready" : "absent";
    else {
      copy.active.delete(sent.id);
      if (event.kind !== "done" && !sent.hasToken) this.arrive(sent.ask);
    }
  }

  step(): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    for (const copy of this.#copies) this.#place(copy);
    for (const queue of this.#queues.values()) this.#dispatch(queue);
  }

  #waitingFor(ask: Ask): Waiting {
    const { request } = ask;
    const model = this.#world.fleet.models.find(({ name }) => name === request.model)!;
    const prefillS = request.promptTokens / model.prefillTokensPerS;
    const workS = prefillS + request.answerTokens / model.decodeTokensPerS;
    const bias = this.#schedule.bias.get(request.id) ?? 1;
    return { ask, rank: (request.atMs / 1000) * this.#schedule.age + workS * bias, prefillS, workS };
  }

  #change({ pc, model, isThere }: PlacementChange): void {
    this.#copyOf(pc, model).isWanted = isThere;
    this.#isChanged = true;
  }

  /** Loads what is wanted as soon as it fits; drops what is not as soon as it is idle. */
  #place(copy: Copy): void {
    const { pc, model, active } = copy;
    if (!copy.isWanted && copy.state === "ready" && active.size === 0 && !this.#isLastHope(copy)) {
      copy.state = "absent";
      this.#world.unload(pc, model);
    } else if (copy.isWanted && copy.state === "absent" && this.#hasRoom(copy)) {
      copy.state = "loading";
      copy.readyMs = this.#world.nowMs() + (this.#sizeOf(model) / this.#world.fleet.pcs[pc]!.loadGBps) * 1000;
      this.#world.preload(pc, model, Number.POSITIVE_INFINITY);
    }
  }

  /** A model that somebody waits for, or nobody else wants the room of, stays while no other copy is wanted. */
  #isLastHope({ model, pc }: Copy): boolean {
    const hasOther = this.#copies.some((copy) => copy.model === model && copy.isWanted);
    const isInTheWay = this.#copies.some((copy) => copy.pc === pc && copy.isWanted && copy.state === "absent");
    return !hasOther && !isInTheWay;
  }

  #hasRoom({ pc, model }: Copy): boolean {
    const held = this.#copies.filter((copy) => copy.pc === pc && copy.state !== "absent");
    const { vramGB, maxLoaded } = this.#world.fleet.pcs[pc]!;
    const sizeGB = held.reduce((sum, copy) => sum + this.#sizeOf(copy.model), this.#sizeOf(model));
    return held.length === 0 || (held.length < maxLoaded && sizeGB <= vramGB);
  }

  #dispatch(queue: Waiting[]): void {
    const model = queue[0]?.ask.request.model;
    if (model === undefined) return;
    const copies = this.#copies.filter((copy) => copy.model === model && copy.state !== "absent" && this.#takes(copy));
    const held = new Map<Copy, number>();
    for (let at = 0; at < Math.min(queue.length, DEPTH) && copies.some((copy) => this.#hasSlot(copy)); ) {
      const waiting = queue[at]!;
      const copy = this.#choose(waiting, copies, held);
      if (copy && this.#hasSlot(copy) && !held.has(copy)) {
        queue.splice(at, 1);
        this.#send(waiting, copy);
      } else {
        if (copy) held.set(copy, (held.get(copy) ?? 0) + waiting.workS / this.#rate(copy));
        at += 1;
      }
    }
  }

  #choose(
    { ask, prefillS, workS }: Waiting,
    copies: readonly Copy[],
    held: ReadonlyMap<Copy, number>,
  ): Copy | undefined {
    const pin = this.#schedule.pins.get(ask.request.id);
    const able = pin === undefined ? copies : copies.filter(({ pc }) => pc === pin);
    let best: Copy | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const copy of able.length > 0 ? able : copies) {
      const isFree = this.#hasSlot(copy);
      if (!isFree && !this.#schedule.mayHold && pin === undefined) continue;
      const rate = this.#rate(copy);
      const waitS = (isFree ? 0 : this.#freeInS(copy)) + (held.get(copy) ?? 0);
      const cost = waitS + prefillS / rate + (this.#schedule.occupancy * workS) / rate;
      if (cost < least) {
        least = cost;
        best = copy;
      }
    }
    return best;
  }

  #send({ ask, workS }: Waiting, copy: Copy): void {
    const rate = this.#rate(copy);
    const sent = this.#world.send(copy.pc, ask, { keepAliveMs: Number.POSITIVE_INFINITY });
    copy.active.set(sent.id, this.#world.nowMs() + (workS / rate) * 1000);
  }

  #takes = (copy: Copy) => copy.isWanted || this.#isLastHope(copy);

  #hasSlot = (copy: Copy) => copy.state === "ready" && copy.active.size < this.#world.fleet.pcs[copy.pc]!.slots;

  /** How fast one more request would be worked on there. */
  #rate({ pc }: Copy): number {
    const active = this.#copies.reduce((sum, copy) => sum + (copy.pc === pc ? copy.active.size : 0), 0);
    return this.#world.fleet.pcs[pc]!.speed * (active + 1) ** -0.4;
  }

  #freeInS(copy: Copy): number {
    const nowMs = this.#world.nowMs();
    if (copy.state === "loading") return Math.max(0.01, (copy.readyMs - nowMs) / 1000);
    return Math.max(0.01, (Math.min(...copy.active.values()) - nowMs) / 1000);
  }

  #copyOf = (pc: number, model: string) => this.#copies.find((copy) => copy.pc === pc && copy.model === model)!;

  #sizeOf = (model: string) => this.#world.fleet.models.find(({ name }) => name === model)!.sizeGB;
}

/** A placement that is there from the beginning and stays. */
export function heldPlacement(models: readonly (readonly string[])[]): PlacementChange[] {
  return models.flatMap((names, pc) => names.map((model) => ({ atMs: 0, pc, model, isThere: true })));
}

/** A schedule over a placement with nothing laid down for single requests. */
export function plainSchedule(
  placement: readonly PlacementChange[],
  rule: Pick<Schedule, "age" | "occupancy" | "mayHold">,
  pins: ReadonlyMap<number, number> = new Map(),
): Schedule {
  return { placement, ...rule, bias: new Map<SimRequest["id"], number>(), pins };
}
