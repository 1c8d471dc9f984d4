import type { Effect, PcRules, Resident } from "../../../src/demo/simulated-pc-rules.ts";
import { createPcRules } from "../../../src/demo/simulated-pc-rules.ts";
import { createPcCompute } from "./pc-compute.ts";
import { createPrefixCache } from "./pc-prefix.ts";
import type { PcCounts, PcEvent, PcFault, PcRequest, PcUsage } from "./pc-shapes.ts";
import { newCounts } from "./pc-shapes.ts";
import type { BenchModel, BenchPc } from "./pc-spec.ts";

/**
 * One simulated PC with Ollama, in virtual time: Ollama's rules for loads and slots, computing power that all active
 * answers share, and a cache of prompts. Pure: every call takes the time (milliseconds, never going back) and returns
 * what happened since the last call, in order.
 */
export interface PcModel {
  readonly name: string;
  send(request: PcRequest, nowMs: number): PcEvent[];
  /** The client went away. Unknown ids are ignored. */
  disconnect(id: number, nowMs: number): PcEvent[];
  /** `keep_alive: 0`: the model goes once it is idle. */
  unload(model: string, nowMs: number): PcEvent[];
  fault(fault: PcFault, nowMs: number): PcEvent[];
  advance(nowMs: number): PcEvent[];
  /** When `advance` has something to do next; Infinity: never. */
  nextAtMs(): number;
  /** Tokens of an answer that are there by now. */
  tokens(id: number, nowMs: number): number;
  state(): "up" | "dead" | "hung";
  /** As `/api/ps` would list them. */
  resident(): Resident[];
  load(): { active: number; waiting: number; pending: number };
  readonly counts: PcCounts;
  resetCounts(): void;
}

interface Guest {
  readonly request: PcRequest;
  readonly arrivedMs: number;
  /** The model was there, ready, when it came. */
  readonly wasReady: boolean;
  readyMs: number;
  startedMs: number;
  firstMs: number;
  errorAfter?: number;
}

/** A PC with nothing loaded. */
export function createPcModel(spec: BenchPc, models: readonly BenchModel[]): PcModel {
  return new SimulatedPc(spec, models);
}

class SimulatedPc implements PcModel {
  readonly name: string;
  counts = newCounts();
  readonly #spec: BenchPc;
  readonly #models: ReadonlyMap<string, BenchModel>;
  readonly #guests = new Map<number, Guest>();
  readonly #compute;
  readonly #prefixes;
  readonly #loadingSince = new Map<string, number>();
  #rules: PcRules;
  #state: "up" | "dead" | "hung" = "up";
  #slow = 1;
  #refuses = false;
  #nextErrors: number[] = [];
  #out: PcEvent[] = [];
  #nextMs = Number.POSITIVE_INFINITY;

  constructor(spec: BenchPc, models: readonly BenchModel[]) {
    this.name = spec.name;
    this.#spec = spec;
    this.#models = new Map(models.filter(({ name }) => spec.models.includes(name)).map((model) => [model.name, model]));
    this.#compute = createPcCompute(spec.speed);
    this.#prefixes = createPrefixCache(spec.slots);
    this.#rules = this.#freshRules();
  }

  send(request: PcRequest, nowMs: number): PcEvent[] {
    this.#run(nowMs);
    if (this.#state === "dead") this.#out.push({ kind: "unreachable", id: request.id });
    else if (this.#state === "up" && this.#refuses) this.#out.push({ kind: "busy", id: request.id });
    else if (this.#state === "up" && !this.#models.has(request.model)) {
      this.#out.push({ kind: "missing", id: request.id });
    } else this.#welcome(request, nowMs);
    return this.#told();
  }

  disconnect(id: number, nowMs: number): PcEvent[] {
    this.#run(nowMs);
    if (this.#guests.delete(id) && this.#state === "up") this.#free(id, nowMs);
    return this.#told();
  }

  unload(model: string, nowMs: number): PcEvent[] {
    this.#run(nowMs);
    if (this.#state === "up") this.#apply(this.#rules.unload(model, nowMs), nowMs);
    return this.#told();
  }

  advance(nowMs: number): PcEvent[] {
    this.#run(nowMs);
    return this.#told();
  }

  fault(fault: PcFault, nowMs: number): PcEvent[] {
    this.#run(nowMs);
    if (fault.kind === "slow") {
      this.#slow = fault.factor;
      this.#compute.setSpeed(this.#spec.speed / fault.factor, nowMs);
    } else if (fault.kind === "refuse") this.#refuses = true;
    else if (fault.kind === "error") this.#nextErrors.push(fault.afterTokens);
    else if (fault.kind === "hang") this.#state = this.#state === "up" ? "hung" : this.#state;
    else {
      if (fault.kind === "kill" || this.#state === "hung") this.#restart();
      this.#state = fault.kind === "kill" ? "dead" : "up";
      this.#refuses = false;
    }
    return this.#told();
  }

  nextAtMs(): number {
    return this.#nextMs;
  }

  tokens(id: number, nowMs: number): number {
    const guest = this.#guests.get(id);
    if (!guest || guest.firstMs < 0) return 0;
    const share = this.#compute.share(id, nowMs);
    return Math.min(
      guest.request.answerTokens,
      1 + Math.floor(share * (guest.errorAfter ?? guest.request.answerTokens)),
    );
  }

  state() {
    return this.#state;
  }

  resident(): Resident[] {
    return this.#rules.resident();
  }

  load() {
    return this.#rules.counts();
  }

  resetCounts(): void {
    this.counts = newCounts();
  }

  #freshRules(): PcRules {
    const { vramGB, maxLoaded } = this.#spec;
    return createPcRules({ vramBytes: vramGB * 1e9, maxLoaded, maxPending: 512, keepAliveMs: 300_000 });
  }

  #welcome(request: PcRequest, nowMs: number): void {
    const resident = this.#rules.resident().find(({ model }) => model === request.model);
    const wasReady = this.#state === "up" && resident !== undefined && !resident.isLoading;
    const guest = { request, arrivedMs: nowMs, wasReady, readyMs: -1, startedMs: -1, firstMs: -1 };
    this.#guests.set(request.id, guest);
    if (this.#state === "hung") return;
    const model = this.#models.get(request.model)!;
    const slot = {
      id: request.id,
      model: request.model,
      sizeBytes: model.sizeGB * 1e9,
      loadMs: (model.sizeGB / this.#spec.loadGBps) * 1000 * this.#slow,
      slots: model.isEmbedding ? 1 : this.#spec.slots,
      loadOptions: request.loadOptions ?? "",
      contextLength: 32_768,
      keepAliveMs: request.keepAliveMs,
    };
    this.#apply(this.#rules.arrive(slot, nowMs), nowMs);
  }

  /** Does in order, each at its own time, what is due by now. */
  #run(nowMs: number): void {
    if (this.#state !== "up") return;
    while (this.#nextMs <= nowMs) {
      const atMs = this.#nextMs;
      for (const id of this.#compute.finished(atMs)) this.#phaseEnded(id, atMs);
      if ((this.#rules.nextAtMs() ?? Number.POSITIVE_INFINITY) <= atMs) this.#apply(this.#rules.advance(atMs), atMs);
      this.#plan();
    }
  }

  #told(): PcEvent[] {
    this.#plan();
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #plan(): void {
    const isUp = this.#state === "up";
    this.#nextMs = isUp
      ? Math.min(this.#compute.nextAtMs(), this.#rules.nextAtMs() ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY;
  }

  #phaseEnded(id: number, nowMs: number): void {
    const guest = this.#guests.get(id)!;
    if (guest.firstMs < 0) this.#prefillEnded(guest, nowMs);
    else if (guest.errorAfter !== undefined) this.#leave(guest, { kind: "error-line", id }, nowMs);
    else this.#answered(guest, nowMs);
  }

  #prefillEnded(guest: Guest, nowMs: number): void {
    const { id, model, answerTokens } = guest.request;
    guest.firstMs = nowMs;
    if (guest.errorAfter === 0) {
      this.#leave(guest, { kind: "broken", id }, nowMs);
      return;
    }
    this.#out.push({ kind: "first-token", id });
    const tokens = Math.min(answerTokens, guest.errorAfter ?? answerTokens);
    this.#compute.start(id, tokens / this.#models.get(model)!.decodeTokensPerS, nowMs);
  }

  #answered(guest: Guest, nowMs: number): void {
    const { id, promptTokens, answerTokens } = guest.request;
    const readyMs = guest.readyMs < 0 ? guest.startedMs : guest.readyMs;
    const usage: PcUsage = {
      promptTokens,
      answerTokens,
      loadMs: guest.wasReady ? 0 : readyMs - guest.arrivedMs,
      prefillMs: guest.firstMs - guest.startedMs,
      decodeMs: nowMs - guest.firstMs,
      totalMs: nowMs - guest.arrivedMs,
    };
    if (!guest.request.isBare) this.counts.answers += 1;
    this.#leave(guest, { kind: "done", id, usage }, nowMs);
  }

  #leave(guest: Guest, event: PcEvent, nowMs: number): void {
    this.#guests.delete(guest.request.id);
    this.#out.push(event);
    this.#free(guest.request.id, nowMs);
  }

  #free(id: number, nowMs: number): void {
    this.#compute.stop(id, nowMs);
    this.#apply(this.#rules.leave(id, nowMs), nowMs);
  }

  #apply(effects: readonly Effect[], nowMs: number): void {
    for (const effect of effects) {
      if (effect.kind === "start") this.#start(effect.id, nowMs);
      else if (effect.kind === "refuse") {
        this.#guests.delete(effect.id);
        this.#out.push({ kind: "busy", id: effect.id });
      } else {
        this.#note(effect, nowMs);
        this.#out.push(effect);
      }
    }
  }

  #note({ kind, model }: { kind: "loading" | "loaded" | "unloaded" | "load-aborted"; model: string }, nowMs: number) {
    if (kind === "loading") {
      this.#loadingSince.set(model, nowMs);
      return;
    }
    if (kind === "unloaded") {
      this.counts.unloads += 1;
      this.#prefixes.forget(model);
      return;
    }
    this.counts[kind === "loaded" ? "loads" : "loadsAborted"] += 1;
    this.counts.loadMs += nowMs - (this.#loadingSince.get(model) ?? nowMs);
    for (const guest of this.#guests.values()) {
      if (kind === "loaded" && guest.request.model === model && guest.readyMs < 0) guest.readyMs = nowMs;
    }
  }

  #start(id: number, nowMs: number): void {
    const guest = this.#guests.get(id);
    if (!guest) return;
    guest.startedMs = nowMs;
    const { request } = guest;
    if (request.isBare) {
      guest.firstMs = nowMs;
      this.#answered(guest, nowMs);
      return;
    }
    guest.errorAfter = this.#nextErrors.shift();
    const cached = this.#prefixes.take(request);
    this.counts.promptTokens += request.promptTokens;
    this.counts.prefixTokens += cached;
    if (cached > 0) this.counts.prefixHits += 1;
    const { prefillTokensPerS } = this.#models.get(request.model)!;
    this.#compute.start(id, (request.promptTokens - cached) / prefillTokensPerS, nowMs);
  }

  #restart(): void {
    for (const id of this.#guests.keys()) this.#out.push({ kind: "cut", id });
    this.#guests.clear();
    this.#nextErrors = [];
    this.#compute.clear();
    this.#prefixes.clear();
    this.#loadingSince.clear();
    this.#rules = this.#freshRules();
  }
}
