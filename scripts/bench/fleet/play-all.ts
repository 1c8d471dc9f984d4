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

/** Plays everything: several runs at the same time as long as the computer keeps up. */
export async function playAll(items: readonly PlayItem[], options: PlayAllOptions): Promise<Plays> {
  const player = await startPlayer();
  try {
    return await playInParallel(items, player, options);
  } finally {
    await player.stop();
  }
}

async function playInParallel(items: readonly PlayItem[], player: Player, options: PlayAllOptions): Promise<Plays> {
  const waiting = [...items];
  const runs = new Map<PlayItem, ScenarioRun>();
  const playing = new Map<PlayItem, Promise<void>>();
  while (waiting.length > 0 || playing.size > 0) {
    const item = nextItem(waiting, [...playing.keys()], options);
    if (!item) {
      await Promise.race(playing.values());
      continue;
    }
    waiting.splice(waiting.indexOf(item), 1);
    const play = playScenario(item, player, options).then((run) => {
      runs.set(item, run);
      tell(item, run, `${runs.size} of ${items.length}`, options.log);
    });
    playing.set(
      item,
      play.finally(() => playing.delete(item)),
    );
  }
  const keys = new Set(items.map(({ key }) => key));
  return new Map(
    [...keys].map((key) => [key, items.filter((item) => item.key === key).map((item) => runs.get(item)!)]),
  );
}

/** What fits beside what is being played: one that fills half of the computer first, then the longest. */
function nextItem(
  waiting: readonly PlayItem[],
  playing: readonly PlayItem[],
  options: PlayAllOptions,
): PlayItem | undefined {
  const load = (item: PlayItem) => loadOf(item, options.scale);
  const used = playing.reduce((sum, item) => sum + load(item), 0);
  const fitting = waiting.filter((item) => used === 0 || used + load(item) <= options.capacity);
  const hasHeavy = playing.some((item) => load(item) > options.capacity / 2);
  const worth = hasHeavy ? lengthMs : load;
  return fitting.sort((a, b) => worth(b) - worth(a))[0];
}

function tell(item: PlayItem, run: ScenarioRun, count: string, log: (text: string) => void): void {
  for (const { id, state, attempts, why = "" } of run.systems.get("piloto")?.unanswered.slice(0, TOLD) ?? []) {
    if (item.key !== "w6")
      log(`${item.title}: request ${id} is ${state} after ${attempts} tries: ${why.slice(0, 300)}`);
  }
  log(`${count}: ${item.title}, seed ${item.seed}, ${run.wallS.toFixed(0)} s`);
}

/** Requests without an answer that are told one by one. */
const TOLD = 5;

/** From the first request to the last, and as long as answers are waited for. */
const lengthMs = ({ workload, drainMs }: PlayItem) => (workload.requests.at(-1)?.atMs ?? 0) + drainMs;

/** Requests a real second, of all its systems together. */
function loadOf({ workload: { requests }, systems }: PlayItem, scale: number): number {
  return (requests.length * systems.length * scale * 1000) / (requests.at(-1)?.atMs || 1);
}
