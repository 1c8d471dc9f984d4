import { isPilotoError } from "../domain/errors.ts";
import type { BootId, ChatId, RunId } from "../domain/ids.ts";
import type { JsonObject } from "../domain/result.ts";
import type { Tool } from "../domain/tool.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Stores } from "../ports/stores.ts";
import { createWaker } from "../progress/waker.ts";
import { checkArgs } from "../tools/check-args.ts";
import type { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { claimRuns } from "./claim-runs.ts";
import { createFreshFacts } from "./fresh-facts.ts";
import { type HeldRun, interrupt } from "./held-run.ts";
import { giveUp, keepRuns } from "./keep-runs.ts";
import { freeSlot, type RunDeps, runPlan } from "./run-plan.ts";
import { createServiceSlots } from "./service-slots.ts";
import { RUNNER_DEFAULTS, type RunnerSettings } from "./settings.ts";

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
  const settings: RunnerSettings = { ...RUNNER_DEFAULTS, ...ports.settings };
  const { stores, clock, logger } = ports;
  const owner = ports.boot.id;
  const held = new Map<RunId, HeldRun>();
  const working = new Set<Promise<void>>();
  const waker = createWaker(clock);
  const over = new AbortController();
  const beating = new AbortController();
  let loops: Promise<unknown> | undefined;
  let unsubscribe: (() => void) | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let askedForStopsAtMs = Number.NEGATIVE_INFINITY;
  let isLookDue = false;
  let ending: Promise<void> | undefined;

  const runDeps: RunDeps = {
    stores,
    tools: ports.tools,
    clock,
    logger,
    settings,
    owner,
    random: ports.random ?? Math.random,
    checkArgs: ports.checkArgs ?? checkArgs,
    facts: createFreshFacts({ stores, tools: ports.tools, clock }, settings.factsMs),
    slots: createServiceSlots(),
    isStopping: () => waker.isStopped,
    over: over.signal,
  };

  /** Commits of our own runs come in bursts: one look takes care of many. */
  function commitSeen(): void {
    const sinceMs = clock.nowMs() - lookedAtMs;
    if (sinceMs >= settings.lookMs) waker.wake();
    if (sinceMs >= settings.lookMs || isLookDue) return;
    isLookDue = true;
    void clock.sleep(settings.lookMs - sinceMs, waker.stopping).then(() => {
      isLookDue = false;
      waker.wake();
    });
  }

  async function claimLoop(): Promise<void> {
    while (!waker.isStopped) {
      lookedAtMs = clock.nowMs();
      const nextMs = await surviving(look, settings.pollMs);
      await waker.sleepUntil(nextMs);
    }
  }

  /** Takes what can be taken; when to look again without being woken. */
  async function look(): Promise<number> {
    const seen = await stores.read(async (tx) => ({
      dueMs: held.size < settings.capacity ? await tx.queue.nextDueMs() : undefined,
      stops: areStopsDue() ? await tx.queue.stopsAsked(owner) : [],
    }));
    for (const runId of seen.stops) await noteStop(runId);
    const nowMs = clock.nowMs();
    const laterMs = nowMs + (held.size > 0 && settings.stopLookMs > 0 ? settings.stopLookMs : settings.pollMs);
    if (seen.dueMs === undefined || waker.isStopped) return laterMs;
    if (seen.dueMs > nowMs) return Math.min(seen.dueMs, laterMs);
    const limit = settings.capacity - held.size;
    const claimed = await claimRuns(stores, { owner, nowMs, leaseMs: settings.leaseMs, limit });
    for (const run of claimed) begin(run);
    return claimed.length > 0 ? nowMs : laterMs;
  }

  /** Asking for all held runs costs more than asking for the next due one. */
  function areStopsDue(): boolean {
    const nowMs = clock.nowMs();
    if (held.size === 0 || nowMs - askedForStopsAtMs < settings.stopLookMs) return false;
    askedForStopsAtMs = nowMs;
    return true;
  }

  async function noteStop(runId: RunId): Promise<void> {
    const one = held.get(runId);
    if (!one || one.stop) return;
    const run = await stores.read((tx) => tx.runs.get(runId));
    const { cancelRequestedBy: by, cancelRequestedAtMs: atMs } = run ?? {};
    if (by === undefined || atMs === undefined) return;
    one.stop = { by, atMs };
    interrupt(one, "stop", clock.nowMs());
  }

  function begin(run: HeldRun): void {
    const before = held.get(run.run.id);
    if (before) {
      // Our own claim ran out and we took the run again: the older hold can write nothing more.
      before.isLost = true;
      interrupt(before, "lost", clock.nowMs());
    }
    held.set(run.run.id, run);
    const work = runPlan(run, runDeps)
      .catch((error: unknown) =>
        logger.error({ err: error, runId: run.run.id }, "A run broke off; its claim runs out."),
      )
      .finally(() => {
        freeSlot(run);
        if (held.get(run.run.id) === run) held.delete(run.run.id);
        working.delete(work);
        waker.wake();
      });
    working.add(work);
  }

  async function beatLoop(): Promise<void> {
    while (!beating.signal.aborted) {
      await clock.sleep(settings.beatMs, beating.signal);
      if (held.size > 0) await surviving(() => keepRuns(held.values(), { stores, clock, owner, settings }), 0);
    }
  }

  /** Nothing that the database does may end the loops: what failed is told and tried again. */
  async function surviving<T>(work: () => Promise<T>, pauseMs: number): Promise<T | number> {
    try {
      return await work();
    } catch (error) {
      const level = isPilotoError(error) ? "warn" : "error";
      if (!over.signal.aborted)
        logger[level]({ err: error }, "The runner could not look after its runs; it tries again.");
      return clock.nowMs() + Math.max(pauseMs, settings.beatMs);
    }
  }

  async function end(withinMs: number): Promise<void> {
    waker.stop();
    unsubscribe?.();
    const lastMs = withinMs * LAST_PART;
    for (const run of held.values()) run.wake?.();
    await within(allWork(), withinMs - lastMs);
    for (const run of held.values()) interrupt(run, "shutdown", clock.nowMs());
    await within(allWork(), lastMs / 2);
    for (const run of held.values()) giveUp(run);
    await within(allWork(), lastMs / 2);
    over.abort();
    beating.abort();
    await within(
      Promise.all([loops, allWork()]).then(() => undefined),
      lastMs,
    );
  }

  const allWork = async (): Promise<void> => {
    while (working.size > 0) await Promise.all(working);
  };

  async function within(work: Promise<void>, ms: number): Promise<void> {
    const isDone = new AbortController();
    await Promise.race([work.finally(() => isDone.abort()), clock.sleep(ms, isDone.signal)]);
  }

  return {
    start() {
      if (loops || waker.isStopped) return;
      unsubscribe = stores.onCommit(commitSeen);
      loops = Promise.all([claimLoop(), beatLoop()]);
    },
    stop(withinMs) {
      ending ??= end(withinMs);
      return ending;
    },
    wake: waker.wake,
    async idle(chatId) {
      for (;;) {
        // What is in hand is not idle, and its end wakes: the database is asked only when nothing is.
        if (!waker.isStopped && isAtWork(held.values(), chatId)) {
          await waker.nextWake();
          continue;
        }
        const changed = nextCommit(stores, waker.nextWake());
        if (waker.isStopped || (await isIdle(stores, chatId))) return changed.forget();
        await changed.happened;
      }
    },
  };
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
