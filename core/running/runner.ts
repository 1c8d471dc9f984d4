import { isPilotoError } from "../domain/errors.ts";
import type { BootId, ChatId, RunId } from "../domain/ids.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tool } from "../domain/tool.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Stores } from "../ports/stores.ts";
import { createWaker, type Waker } from "../progress/waker.ts";
import { checkArgs } from "../tools/check-args.ts";
import type { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { claimRuns } from "./claim-runs.ts";
import { createFreshFacts } from "./fresh-facts.ts";
import { type HeldRun, interrupt } from "./held-run.ts";
import { giveUp, keepRuns } from "./keep-runs.ts";
import { freeSlot, type RunDeps, runPlan } from "./run-plan.ts";
import { createServiceSlots } from "./service-slots.ts";
import { RUNNER_DEFAULTS, type RunnerSettings } from "./settings.ts";
import { stopAsked } from "./stop-asked.ts";

export interface RunnerPorts {
  readonly stores: Stores;
  readonly tools: ToolCatalogue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly boot: { readonly id: BootId };
  readonly settings?: Partial<RunnerSettings>;
  /** 0 to 1, spreads retries; `Math.random` when absent. */
  readonly random?: () => number;
  readonly checkArgs?: (tool: Tool, args: JsonObject) => readonly string[];
}

export interface Runner {
  /** Begins to claim and run what is queued. A second start does nothing. */
  start(): void;
  /**
   * Claims nothing more and begins no step; calls under way may finish. Those that have not when `withinMs` is almost
   * over are told to end: what is safe to repeat goes back to the queue, what is not is recorded as `unknown`.
   */
  stop(withinMs: number): Promise<void>;
  /** Look at the queue now; a commit is noticed without it. */
  wake(): void;
  /** Resolves when no run (of this chat, or at all) is queued or under way. Runs that wait for a person are idle. */
  idle(chatId?: ChatId): Promise<void>;
}

/** The part of the time to stop that is left for calls told to end, and for recording how they did. */
const LAST_PART = 0.25;

/**
 * Works on the queue: claims runs, up to `capacity` at once, and takes each to its end. Several runners may share a
 * database; the fence of a claim keeps them apart. `recover` first: it makes this boot the owner of what an older
 * one left.
 */
export function createRunner(ports: RunnerPorts): Runner {
  const runner = new QueueRunner(ports);
  return {
    start: () => runner.start(),
    stop: (withinMs) => runner.stop(withinMs),
    wake: () => runner.wake(),
    idle: (chatId) => runner.idle(chatId),
  };
}

class QueueRunner implements Runner {
  readonly #ports: RunnerPorts;
  readonly #settings: RunnerSettings;
  readonly #held = new Map<RunId, HeldRun>();
  readonly #working = new Set<Promise<void>>();
  readonly #waker: Waker;
  readonly #over = new AbortController();
  readonly #beating = new AbortController();
  readonly #runDeps: RunDeps;
  #loops: Promise<unknown> | undefined;
  #unsubscribe: (() => void) | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #askedForStopsAtMs = Number.NEGATIVE_INFINITY;
  #isLookDue = false;
  #ending: Promise<void> | undefined;

  constructor(ports: RunnerPorts) {
    const { stores, clock, tools, logger, boot } = ports;
    const settings: RunnerSettings = { ...RUNNER_DEFAULTS, ...ports.settings };
    const waker = createWaker(clock);
    this.#ports = ports;
    this.#settings = settings;
    this.#waker = waker;
    this.#runDeps = {
      stores,
      tools,
      clock,
      logger,
      settings,
      owner: boot.id,
      random: ports.random ?? Math.random,
      checkArgs: ports.checkArgs ?? checkArgs,
      facts: createFreshFacts({ stores, tools, clock }, settings.factsMs),
      slots: createServiceSlots(),
      isStopping: () => waker.isStopped,
      over: this.#over.signal,
    };
  }

  start(): void {
    if (this.#loops || this.#waker.isStopped) return;
    this.#unsubscribe = this.#ports.stores.onCommit(() => this.#commitSeen());
    this.#loops = Promise.all([this.#claimLoop(), this.#beatLoop()]);
  }

  stop(withinMs: number): Promise<void> {
    this.#ending ??= this.#end(withinMs);
    return this.#ending;
  }

  wake(): void {
    this.#waker.wake();
  }

  async idle(chatId?: ChatId): Promise<void> {
    const { stores } = this.#ports;
    const waker = this.#waker;
    for (;;) {
      // What is in hand is not idle, and its end wakes: the database is asked only when nothing is.
      if (!waker.isStopped && isAtWork(this.#held.values(), chatId)) {
        await waker.nextWake();
        continue;
      }
      const changed = nextCommit(stores, waker.nextWake());
      if (waker.isStopped || (await isIdle(stores, chatId))) return changed.forget();
      await changed.happened;
    }
  }

  /** Commits of our own runs come in bursts: one look takes care of many. */
  #commitSeen(): void {
    const { lookMs } = this.#settings;
    const sinceMs = this.#ports.clock.nowMs() - this.#lookedAtMs;
    if (sinceMs >= lookMs) this.#waker.wake();
    if (sinceMs >= lookMs || this.#isLookDue) return;
    this.#isLookDue = true;
    void this.#ports.clock.sleep(lookMs - sinceMs, this.#waker.stopping).then(() => {
      this.#isLookDue = false;
      this.#waker.wake();
    });
  }

  async #claimLoop(): Promise<void> {
    while (!this.#waker.isStopped) {
      this.#lookedAtMs = this.#ports.clock.nowMs();
      const nextMs = await this.#surviving(() => this.#look());
      await this.#waker.sleepUntil(nextMs);
    }
  }

  /** Takes what can be taken; when to look again without being woken. */
  async #look(): Promise<number> {
    const { stores, clock, boot } = this.#ports;
    const { capacity, leaseMs, pollMs, stopLookMs } = this.#settings;
    const held = this.#held;
    const seen = await stores.read(async (tx) => ({
      dueMs: held.size < capacity ? await tx.queue.nextDueMs() : undefined,
      stops: this.#areStopsDue() ? await tx.queue.stopsAsked(boot.id) : [],
    }));
    for (const runId of seen.stops) await this.#noteStop(runId);
    const nowMs = clock.nowMs();
    const laterMs = nowMs + (held.size > 0 && stopLookMs > 0 ? stopLookMs : pollMs);
    if (seen.dueMs === undefined || this.#waker.isStopped) return laterMs;
    if (seen.dueMs > nowMs) return Math.min(seen.dueMs, laterMs);
    const claimed = await claimRuns(stores, { owner: boot.id, nowMs, leaseMs, limit: capacity - held.size });
    for (const run of claimed) this.#begin(run);
    return claimed.length > 0 ? nowMs : laterMs;
  }

  /** Asking for all held runs costs more than asking for the next due one. */
  #areStopsDue(): boolean {
    const nowMs = this.#ports.clock.nowMs();
    if (this.#held.size === 0 || nowMs - this.#askedForStopsAtMs < this.#settings.stopLookMs) return false;
    this.#askedForStopsAtMs = nowMs;
    return true;
  }

  async #noteStop(runId: RunId): Promise<void> {
    const one = this.#held.get(runId);
    if (!one || one.stop) return;
    const stop = await this.#ports.stores.read(async (tx) => stopAsked(tx, await tx.runs.get(runId)));
    if (!stop) return;
    one.stop = stop;
    interrupt(one, "stop", this.#ports.clock.nowMs());
  }

  #begin(run: HeldRun): void {
    const { id } = run.run;
    const before = this.#held.get(id);
    if (before) {
      // Our own claim ran out and we took the run again: the older hold can write nothing more.
      before.isLost = true;
      interrupt(before, "lost", this.#ports.clock.nowMs());
    }
    this.#held.set(id, run);
    const work = this.#work(run).finally(() => {
      this.#working.delete(work);
      this.#waker.wake();
    });
    this.#working.add(work);
  }

  async #work(run: HeldRun): Promise<void> {
    const { id } = run.run;
    try {
      await runPlan(run, this.#runDeps);
    } catch (error) {
      // The top of a run's work: told here; the claim runs out and the run is taken up again from its record.
      this.#ports.logger.error({ err: error, runId: id }, "A run broke off; it is taken up again when its claim ends.");
    } finally {
      freeSlot(run);
      if (this.#held.get(id) === run) this.#held.delete(id);
    }
  }

  async #beatLoop(): Promise<void> {
    const { stores, clock, boot } = this.#ports;
    const deps = { stores, clock, owner: boot.id, settings: this.#settings };
    while (!this.#beating.signal.aborted) {
      await clock.sleep(this.#settings.beatMs, this.#beating.signal);
      if (this.#held.size > 0) await this.#surviving(() => keepRuns(this.#held.values(), deps));
    }
  }

  /** Nothing that the database does may end the loops: what failed is told and tried again. */
  async #surviving<T>(work: () => Promise<T>): Promise<T | number> {
    try {
      return await work();
    } catch (error) {
      const level = isPilotoError(error) ? "warn" : "error";
      const text = "The runner could not look after its runs; it tries again.";
      if (!this.#over.signal.aborted) this.#ports.logger[level]({ err: error }, text);
      return this.#ports.clock.nowMs() + Math.max(this.#settings.pollMs, this.#settings.beatMs);
    }
  }

  async #end(withinMs: number): Promise<void> {
    const { clock } = this.#ports;
    const lastMs = withinMs * LAST_PART;
    const partMs = lastMs / 3;
    this.#waker.stop();
    this.#unsubscribe?.();
    for (const run of this.#held.values()) run.wake?.();
    await this.#within(this.#allWork(), withinMs - lastMs);
    for (const run of this.#held.values()) interrupt(run, "shutdown", clock.nowMs());
    await this.#within(this.#allWork(), partMs);
    for (const run of this.#held.values()) giveUp(run);
    await this.#within(this.#allWork(), partMs);
    this.#over.abort();
    this.#beating.abort();
    await this.#within(Promise.all([this.#loops, this.#allWork()]), partMs);
  }

  async #allWork(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  async #within(work: Promise<unknown>, ms: number): Promise<void> {
    const isDone = new AbortController();
    await Promise.race([work.finally(() => isDone.abort()), this.#ports.clock.sleep(ms, isDone.signal)]);
  }
}

function isAtWork(held: Iterable<HeldRun>, chatId: ChatId | undefined): boolean {
  for (const { run } of held) if (chatId === undefined || run.chatId === chatId) return true;
  return false;
}

async function isIdle(stores: Stores, chatId: ChatId | undefined): Promise<boolean> {
  return stores.read(async (tx) => {
    if (chatId === undefined) {
      const { waiting, held } = await tx.queue.size();
      return waiting + held === 0;
    }
    const activeRunId = (await tx.chats.get(chatId))?.activeRunId;
    return activeRunId === undefined || (await tx.queue.get(activeRunId)) === undefined;
  });
}

/** Watches from before a look on, so that a commit between look and wait is not missed. */
function nextCommit(stores: Stores, woken: Promise<void>): { happened: Promise<void>; forget: () => void } {
  let forget = () => {};
  const committed = new Promise<void>((resolve) => {
    forget = stores.onCommit(resolve);
  });
  return { happened: Promise.race([committed, woken]).finally(() => forget()), forget };
}
