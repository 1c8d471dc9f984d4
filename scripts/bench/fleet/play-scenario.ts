import { cpus } from "node:os";
import type { PcTotals } from "./pc-processes.ts";
import type { Player } from "./play.ts";
import type { Played, PlayRequest } from "./play-shapes.ts";
import type { SystemName } from "./systems.ts";
import { type Side, type SideOptions, startSide } from "./systems-side.ts";
import { chatBody } from "./workload-bodies.ts";
import type { Workload } from "./workload-shapes.ts";

/** A workload, and who plays it at the same time. */
export interface ScenarioPlan {
  readonly title: string;
  readonly workload: Workload;
  readonly systems: readonly SystemName[];
  /** How long answers are waited for after the last request, in virtual milliseconds. */
  readonly drainMs: number;
}

export interface SystemRun {
  /** Of the measured requests, by id. */
  readonly played: readonly Played[];
  /** Of the warm-up too: never answered, for good or when the play ended. */
  readonly unanswered: readonly Played[];
  readonly totals: PcTotals;
  /** Of the system's process, over all requests. */
  readonly cpuUsPerRequest: number;
  /** Where the system tells it: what it told people that they will wait, and what they waited. */
  readonly estimates: readonly { readonly shownMs: number; readonly waitedMs: number }[];
}

export interface ScenarioRun {
  readonly systems: ReadonlyMap<SystemName, SystemRun>;
  /** Of all processors of the computer, while it was played, by whomever. */
  readonly busyShare: number;
  readonly lateP99Ms: number;
  readonly wallS: number;
}

/** Plays a workload against all systems at once, each with fresh PCs of its own. */
export async function playScenario(plan: ScenarioPlan, player: Player, options: SideOptions): Promise<ScenarioRun> {
  const requests = plan.workload.requests.map(toPlayRequest);
  const largestBodyBytes = Math.max(...requests.map(({ body }) => body.length));
  const sides = await Promise.all(plan.systems.map((name) => startSide(name, { ...options, largestBodyBytes })));
  const before = { cpu: processorTimes(), wallMs: performance.now(), cpuUs: sides.map(({ system }) => system.cpuUs()) };
  const timers: NodeJS.Timeout[] = [];
  try {
    const end = await player.play(
      {
        targets: sides.map(({ name, system: { url, headers } }) => ({ name, url, ...(headers && { headers }) })),
        requests,
        scale: options.scale,
        drainMs: plan.drainMs,
      },
      () => timers.push(...schedule(plan.workload, sides, options.scale)),
    );
    const busyShare = busyBetween(before.cpu, processorTimes());
    const runs = sides.map(async (side, index) => {
      const spentUs = side.system.cpuUs() - before.cpuUs[index]!;
      return [side.name, await runOf(side, end.played.get(side.name)!, plan, spentUs)] as const;
    });
    const wallS = (performance.now() - before.wallMs) / 1000;
    return { systems: new Map(await Promise.all(runs)), busyShare, lateP99Ms: end.lateP99Ms, wallS };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await Promise.all(sides.map((side) => side.stop()));
  }
}

export function toPlayRequest(request: Workload["requests"][number]): PlayRequest {
  return {
    id: request.id,
    atMs: request.atMs,
    class: request.class,
    path: "/api/chat",
    body: chatBody(request),
  };
}

/** The faults, and the moment from which PCs count. */
function schedule({ faults, measuredFromMs }: Workload, sides: readonly Side[], scale: number): NodeJS.Timeout[] {
  const at = (ms: number, act: (side: Side) => Promise<void>) =>
    setTimeout(() => void Promise.all(sides.map(act)), ms / scale);
  return [
    at(measuredFromMs, ({ pcs }) => pcs.resetCounts()),
    ...faults.map(({ atMs, pc, fault }) => at(atMs, ({ pcs }) => pcs.fault(pc, fault))),
  ];
}

async function runOf(
  { pcs, system }: Side,
  played: readonly Played[],
  { workload }: ScenarioPlan,
  spentUs: number,
): Promise<SystemRun> {
  const measured = new Set(workload.requests.filter(({ isWarmUp }) => !isWarmUp).map(({ id }) => id));
  const mine = played.filter(({ id }) => measured.has(id)).sort((a, b) => a.id - b.id);
  return {
    played: mine,
    unanswered: played.filter(({ state }) => state !== "done"),
    totals: await pcs.totals(),
    cpuUsPerRequest: spentUs / played.length,
    estimates: (await system.estimates?.()) ?? [],
  };
}

interface ProcessorTimes {
  readonly idle: number;
  readonly all: number;
}

function processorTimes(): ProcessorTimes {
  const times = cpus().map(({ times: { user, nice, sys, idle, irq } }) => [idle, user + nice + sys + irq + idle]);
  return { idle: times.reduce((sum, [idle]) => sum + idle!, 0), all: times.reduce((sum, [, all]) => sum + all!, 0) };
}

const busyBetween = (from: ProcessorTimes, to: ProcessorTimes) => 1 - (to.idle - from.idle) / (to.all - from.all || 1);
