import { type Player, startPlayer } from "./play.ts";
import type { PlayItem, PlayKey } from "./play-plan.ts";
import { playScenario, type ScenarioRun } from "./play-scenario.ts";
import type { SideOptions } from "./systems-side.ts";

/** What was played, by scenario, one run for each seed. */
export type Plays = ReadonlyMap<PlayKey, readonly ScenarioRun[]>;

export interface PlayAllOptions extends SideOptions {
  /** Requests a real second that this computer plays without being the bottleneck itself. */
  readonly capacity: number;
  readonly log: (text: string) => void;
}

/** Plays everything: several runs at the same time as long as the computer keeps up, the longest ones first. */
export async function playAll(items: readonly PlayItem[], options: PlayAllOptions): Promise<Plays> {
  const player = await startPlayer();
  try {
    return await playInParallel(items, player, options);
  } finally {
    await player.stop();
  }
}

async function playInParallel(items: readonly PlayItem[], player: Player, options: PlayAllOptions): Promise<Plays> {
  const waiting = [...items].sort((a, b) => lengthMs(b) - lengthMs(a));
  const runs = new Map<PlayItem, ScenarioRun>();
  const playing = new Set<Promise<void>>();
  let used = 0;

  async function play(item: PlayItem, load: number): Promise<void> {
    const run = await playScenario(item, player, options);
    used -= load;
    runs.set(item, run);
    for (const { id, state, attempts, why = "" } of run.systems.get("piloto")?.unanswered.slice(0, TOLD) ?? []) {
      options.log(`${item.title}: Piloto's request ${id} is ${state} after ${attempts} tries: ${why.slice(0, 300)}`);
    }
    options.log(`${runs.size} of ${items.length}: ${item.title}, seed ${item.seed}, ${run.wallS.toFixed(0)} s`);
  }

  while (waiting.length > 0 || playing.size > 0) {
    const next = waiting.findIndex((item) => used === 0 || used + loadOf(item, options) <= options.capacity);
    if (next < 0) {
      await Promise.race(playing);
      continue;
    }
    const [item] = waiting.splice(next, 1);
    const load = loadOf(item!, options);
    used += load;
    const done: Promise<void> = play(item!, load).finally(() => playing.delete(done));
    playing.add(done);
  }
  const keys = new Set(items.map(({ key }) => key));
  return new Map(
    [...keys].map((key) => [key, items.filter((item) => item.key === key).map((item) => runs.get(item)!)]),
  );
}

/** Requests without an answer that are told one by one. */
const TOLD = 5;

/** From the first request to the last, and as long as answers are waited for. */
const lengthMs = ({ workload, drainMs }: PlayItem) => (workload.requests.at(-1)?.atMs ?? 0) + drainMs;

/** Requests a real second, of all its systems together. */
function loadOf({ workload: { requests }, systems }: PlayItem, { scale }: PlayAllOptions): number {
  return (requests.length * systems.length * scale * 1000) / (requests.at(-1)?.atMs || 1);
}
