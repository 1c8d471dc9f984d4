import type { ProjectId, ToolKey } from "../../core/domain/ids.ts";
import type { Tool, ToolCall, ToolOutcome } from "../../core/domain/tool.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Stores } from "../../core/ports/stores.ts";
import type { ToolProvider } from "../../core/ports/tool-provider.ts";
import { createProgressPoster } from "../../core/progress/progress-poster.ts";
import { recover } from "../../core/running/recover.ts";
import { createRunner, type Runner } from "../../core/running/runner.ts";
import type { RunnerSettings } from "../../core/running/settings.ts";
import { createToolCatalogue, type ToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import { type MemoryPlatform, memoryPlatform } from "../support/memory-platform.ts";
import type { Disk } from "./disks.ts";
import { bootOf, quietLogger, realClock } from "./world.ts";

/** What lies outside every process and remembers: services with their effects, and the chat. */
export interface Outside {
  readonly tools: readonly Tool[];
  /** Every effect, in order, by idempotency key. */
  readonly effects: string[];
  readonly platform: MemoryPlatform;
  /** Time that went by beside the real one. */
  passedMs: number;
  /** A call that is turned away before it takes effect. */
  refuse(call: ToolCall): ToolOutcome | undefined;
  /** How a call that took effect answers. */
  answer(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome>;
}

export type Services = Partial<Pick<Outside, "refuse" | "answer">>;

export function outsideWith(tools: readonly Tool[], services: Services = {}): Outside {
  return {
    tools,
    effects: [],
    platform: memoryPlatform({ face: "terminal" }),
    passedMs: 0,
    refuse: services.refuse ?? (() => undefined),
    answer: services.answer ?? (async (call) => ok(call)),
  };
}

export const ok = (call: ToolCall): ToolOutcome => ({
  kind: "done",
  request: call.tool.operation,
  summary: "200 OK",
  result: { status: 200, headers: {}, body: { id: call.idempotencyKey } },
});

/** One life of Piloto's runner and poster on a disk, which can be killed at any point. */
export interface Life {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly tools: ToolCatalogue;
  readonly runner: Runner;
  /** Points at which it could have died so far: both sides of every commit and of every effect. */
  readonly points: number;
  /** Resolves when it died. */
  readonly died: Promise<void>;
  readonly isDead: boolean;
  kill(): void;
  /** Ends a process that lives; for a dead one, closes what the operating system would close. */
  end(): Promise<void>;
}

export class Death extends Error {}

export interface LifeOptions {
  readonly boot: string;
  /** Dies at this point: 0 is the first. Lives on when there are fewer. */
  readonly dieAt?: number;
  readonly settings?: Partial<RunnerSettings>;
  readonly showsCards?: boolean;
}

export async function startLife(disk: Disk, outside: Outside, options: LifeOptions): Promise<Life> {
  const fate = fateOf(options.dieAt);
  const stores = await disk.open(() => fate.point());
  const nowMs = () => realClock.nowMs() + outside.passedMs;
  const clock: Clock = { nowMs, sleep: (ms, signal) => fate.unlessDead(realClock.sleep(ms, signal)) };
  const boot = bootOf(options.boot);
  const tools = createToolCatalogue([mortalTools(outside, fate)]);
  const settings = { lookMs: 0, stopLookMs: 0, beatMs: 20, backOffMs: 1, pollMs: 20, ...options.settings };
  const runner = createRunner({ stores, tools, clock, logger: quietLogger, boot, settings });
  const poster = createProgressPoster({ stores, platforms: [outside.platform], clock, logger: quietLogger, boot });
  fate.start();
  const starting = recover({ stores, clock, boot }).then(() => {
    runner.start();
    if (options.showsCards ?? true) poster.start();
  });
  await Promise.race([starting.catch(fate.unlessDeath), fate.died]);
  return {
    stores,
    clock,
    tools,
    runner,
    died: fate.died,
    kill: fate.kill,
    get points() {
      return fate.points;
    },
    get isDead() {
      return fate.isDead;
    },
    async end() {
      const leave = async () => {
        await poster.idle();
        await poster.stop(500);
        await runner.stop(500);
      };
      if (!fate.isDead) await Promise.race([leave().catch(fate.unlessDeath), fate.died]);
      await stores.close();
    },
  };
}

type Fate = ReturnType<typeof fateOf>;

function fateOf(dieAt: number | undefined) {
  let points = -1;
  let isStarted = false;
  let isDead = false;
  let die = () => {};
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const kill = () => {
    isDead = true;
    die();
  };
  return {
    died,
    kill,
    start() {
      isStarted = true;
    },
    get points() {
      return points + 1;
    },
    get isDead() {
      return isDead;
    },
    /** Counts a point, and dies there when it is the one. */
    point() {
      if (!isStarted) return;
      if (!isDead) points += 1;
      if (points === dieAt) kill();
      if (isDead) throw new Death("The process was killed here.");
    },
    /** What a dead process waits for never comes. */
    unlessDead: <T>(work: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        work.then((value) => isDead || resolve(value), reject);
      }),
    unlessDeath(error: unknown) {
      if (!isDead) throw error;
    },
  };
}

function mortalTools(outside: Outside, fate: Fate): ToolProvider {
  const never = new Promise<never>(() => {});
  return {
    cards: async () => outside.tools,
    get: async (_project: ProjectId, key: ToolKey) => outside.tools.find((tool) => tool.key === key),
    async call(_project, call, signal) {
      try {
        fate.point();
        const refused = outside.refuse(call);
        if (refused) return refused;
        outside.effects.push(call.idempotencyKey);
        const outcome = await outside.answer(call, signal);
        fate.point();
        return await fate.unlessDead(Promise.resolve(outcome));
      } catch (error) {
        if (error instanceof Death) return never;
        throw error;
      }
    },
  };
}
