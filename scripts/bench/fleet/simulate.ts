import type { PcModel } from "./pc-model.ts";
import { createPcModel } from "./pc-model.ts";
import type { PcCounts, PcEvent } from "./pc-shapes.ts";
import type { BenchFleet } from "./pc-spec.ts";
import { createTimers } from "./simulate-timers.ts";
import type { SimRequest, Workload } from "./workload-shapes.ts";

/** A client that wants an answer: it asks again when the answer breaks off or is refused, so there may be several. */
export interface Ask {
  readonly request: SimRequest;
  /** 1 for the first time. */
  readonly attempt: number;
}

/** One request that was sent to a PC. */
export interface Sent {
  readonly id: number;
  readonly pc: number;
  /** Absent: a load that the policy asked for itself. */
  readonly ask?: Ask;
  readonly model: string;
  hasToken: boolean;
}

/** What a policy may do and see. It sees of a PC only what the network would tell. */
export interface SimWorld {
  readonly fleet: BenchFleet;
  readonly pcs: readonly PcModel[];
  readonly hasFaults: boolean;
  nowMs(): number;
  send(pc: number, ask: Ask, options?: { keepAliveMs?: number }): Sent;
  /** Loads a model by a request of the policy's own. Ends with an event of `sent`. */
  preload(pc: number, model: string, keepAliveMs?: number): Sent;
  unload(pc: number, model: string): void;
  /** The connection to the PC is closed; the client knows nothing of it. */
  disconnect(sent: Sent): void;
  /** The client is told that it failed. It may ask again. */
  fail(ask: Ask): void;
  at(ms: number, action: () => void): void;
  /** What the policy told a client that waits. */
  estimated(ask: Ask, aboutMs: number): void;
}

/** A policy at work. */
export interface Driver {
  arrive(ask: Ask): void;
  /** Something happened to a request that was sent. When it failed after its first token the client already knows. */
  event(sent: Sent, event: PcEvent): void;
  /** Called after everything that happened at one time, and at `nextAtMs`. */
  step?(): void;
  nextAtMs?(): number;
}

export type Policy = (world: SimWorld) => Driver;

/** How one request fared. Times in virtual milliseconds, from the start of the simulation. */
export interface SimRecord {
  readonly request: SimRequest;
  /** Of the attempt that was answered; absent: never. */
  firstMs?: number;
  doneMs?: number;
  /** Times that the client was told of a failure. */
  errors: number;
  /** Complete answers that PCs made for it: more than one is wasted work. */
  answers: number;
  estimateMs?: number;
  /** The PC that answered. */
  pc?: number;
}

export interface SimResult {
  /** Of measured requests only, by arrival. */
  readonly records: readonly SimRecord[];
  /** Of all PCs, since the first measured request. */
  readonly counts: PcCounts;
  readonly measuredFromMs: number;
  /** The last measured answer. */
  readonly endMs: number;
}

export interface SimOptions {
  readonly fleet: BenchFleet;
  readonly workload: Workload;
  readonly policy: Policy;
  /** Virtual time after which nobody waits any more. */
  readonly limitMs?: number;
  /** Is told what happens. */
  readonly watcher?: SimWatcher;
}

/** Sees every request that is sent, and every model that comes and goes. */
export interface SimWatcher {
  sent(sent: Sent, nowMs: number): void;
  changed(pc: number, event: PcEvent, nowMs: number): void;
}

const CLIENT_ATTEMPTS = 8;
const CLIENT_PAUSE_MS = 1000;

/** Plays a workload against simulated PCs in virtual time: the same options, the same result. */
export function simulate(options: SimOptions): SimResult {
  return new Simulation(options).run();
}

class Simulation implements SimWorld {
  readonly fleet: BenchFleet;
  readonly pcs: readonly PcModel[];
  readonly hasFaults: boolean;
  readonly #workload: Workload;
  readonly #limitMs: number;
  readonly #watcher: SimWatcher | undefined;
  readonly #driver: Driver;
  readonly #timers = createTimers();
  readonly #records = new Map<number, SimRecord>();
  readonly #sent = new Map<number, Sent>();
  readonly #events: PcEvent[] = [];
  #nowMs = 0;
  #lastSent = 0;
  #open = 0;
  #next = 0;

  constructor({ fleet, workload, policy, limitMs = Number.POSITIVE_INFINITY, watcher }: SimOptions) {
    this.fleet = fleet;
    this.pcs = fleet.pcs.map((pc) => createPcModel(pc, fleet.models));
    this.hasFaults = workload.faults.length > 0;
    this.#workload = workload;
    this.#limitMs = limitMs;
    this.#watcher = watcher;
    for (const request of workload.requests) this.#records.set(request.id, { request, errors: 0, answers: 0 });
    this.#open = this.#records.size;
    for (const { atMs, pc, fault } of workload.faults) {
      const index = this.pcs.findIndex(({ name }) => name === pc);
      if (index >= 0) this.at(atMs, () => this.#happened(index, this.pcs[index]!.fault(fault, this.#nowMs)));
    }
    this.at(workload.measuredFromMs, () => {
      for (const pc of this.pcs) pc.resetCounts();
    });
    this.#driver = policy(this);
  }

  run(): SimResult {
    this.#settle();
    while (this.#open > 0) {
      const nextMs = this.#nextMs();
      if (nextMs === Number.POSITIVE_INFINITY || nextMs > this.#limitMs) break;
      this.#nowMs = Math.max(this.#nowMs, nextMs);
      this.#arrivals();
      this.#timers.run(this.#nowMs);
      this.pcs.forEach((pc, index) => {
        if (pc.nextAtMs() <= this.#nowMs) this.#happened(index, pc.advance(this.#nowMs));
      });
      this.#settle();
    }
    return this.#result();
  }

  nowMs(): number {
    return this.#nowMs;
  }

  send(pc: number, ask: Ask, { keepAliveMs }: { keepAliveMs?: number } = {}): Sent {
    const { model, promptTokens, answerTokens, session, hashIds } = ask.request;
    const sent: Sent = { id: ++this.#lastSent, pc, ask, model, hasToken: false };
    this.#sent.set(sent.id, sent);
    this.#watcher?.sent(sent, this.#nowMs);
    const request = { id: sent.id, model, promptTokens, answerTokens, session, hashIds, keepAliveMs };
    this.#happened(pc, this.pcs[pc]!.send(request, this.#nowMs));
    return sent;
  }

  preload(pc: number, model: string, keepAliveMs?: number): Sent {
    const sent: Sent = { id: ++this.#lastSent, pc, model, hasToken: false };
    this.#sent.set(sent.id, sent);
    const request = { id: sent.id, model, promptTokens: 0, answerTokens: 0, isBare: true, keepAliveMs };
    this.#happened(pc, this.pcs[pc]!.send(request, this.#nowMs));
    return sent;
  }

  unload(pc: number, model: string): void {
    this.#happened(pc, this.pcs[pc]!.unload(model, this.#nowMs));
  }

  disconnect(sent: Sent): void {
    if (this.#sent.delete(sent.id)) this.#happened(sent.pc, this.pcs[sent.pc]!.disconnect(sent.id, this.#nowMs));
  }

  fail(ask: Ask): void {
    const record = this.#records.get(ask.request.id)!;
    record.errors += 1;
    record.firstMs = undefined;
    if (ask.attempt >= CLIENT_ATTEMPTS) this.#open -= 1;
    else {
      const again = { request: ask.request, attempt: ask.attempt + 1 };
      this.at(this.#nowMs + CLIENT_PAUSE_MS, () => this.#driver.arrive(again));
    }
  }

  at(ms: number, action: () => void): void {
    this.#timers.at(Math.max(ms, this.#nowMs), action);
  }

  estimated(ask: Ask, aboutMs: number): void {
    const record = this.#records.get(ask.request.id)!;
    if (ask.attempt === 1) record.estimateMs ??= aboutMs;
  }

  #nextMs(): number {
    let nextMs = Math.min(
      this.#timers.nextAtMs(),
      this.#workload.requests[this.#next]?.atMs ?? Number.POSITIVE_INFINITY,
    );
    for (const pc of this.pcs) nextMs = Math.min(nextMs, pc.nextAtMs());
    const driverMs = this.#driver.nextAtMs?.() ?? Number.POSITIVE_INFINITY;
    // A driver that asks for "now" again after its step gets the next millisecond, or time would stand still.
    return Math.min(nextMs, driverMs <= this.#nowMs ? this.#nowMs + 1 : driverMs);
  }

  #arrivals(): void {
    const { requests } = this.#workload;
    while (this.#next < requests.length && requests[this.#next]!.atMs <= this.#nowMs) {
      this.#driver.arrive({ request: requests[this.#next]!, attempt: 1 });
      this.#next += 1;
    }
  }

  #happened(pc: number, events: readonly PcEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.#watcher?.changed(pc, event, this.#nowMs);
    }
  }

  /** Tells the policy what happened until nothing more happens at this time. */
  #settle(): void {
    do {
      for (let at = 0; at < this.#events.length; at++) this.#tell(this.#events[at]!);
      this.#events.length = 0;
      this.#driver.step?.();
    } while (this.#events.length > 0);
  }

  #tell(event: PcEvent): void {
    if (!("id" in event)) return;
    const sent = this.#sent.get(event.id);
    if (!sent) return;
    const record = sent.ask && this.#records.get(sent.ask.request.id);
    if (event.kind === "first-token") {
      sent.hasToken = true;
      if (record) record.firstMs = this.#nowMs;
    } else {
      this.#sent.delete(event.id);
      if (event.kind === "done") this.#answered(record, sent);
      else if (sent.ask && sent.hasToken) this.fail(sent.ask);
    }
    this.#driver.event(sent, event);
  }

  #answered(record: SimRecord | undefined, { pc }: Sent): void {
    if (!record) return;
    record.answers += 1;
    if (record.doneMs !== undefined) return;
    record.doneMs = this.#nowMs;
    record.pc = pc;
    this.#open -= 1;
  }

  #result(): SimResult {
    const records = [...this.#records.values()].filter(({ request }) => !request.isWarmUp);
    const counts = { ...this.pcs[0]!.counts };
    for (const pc of this.pcs.slice(1)) {
      for (const [name, value] of Object.entries(pc.counts)) counts[name as keyof PcCounts] += value;
    }
    const endMs = records.reduce((latest, { doneMs = 0 }) => Math.max(latest, doneMs), 0);
    return { records, counts, measuredFromMs: this.#workload.measuredFromMs, endMs };
  }
}
