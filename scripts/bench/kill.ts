import { seeded } from "../../test/support/seeded.ts";
import type { Bench, Figure } from "./figure.ts";
import { type Wrongs, whatIsWrong } from "./kill-check.ts";
import { type Fate, killedLife, quietLife } from "./kill-life.ts";
import { createPerson } from "./kill-person.ts";
import { openKillWorld } from "./kill-world.ts";

/** Kills the program again and again, and looks whether anything it had promised is gone. `--kills N`, `--seed N`. */
export const bench: Bench = {
  name: "kill",
  summary: "kill -9 of the program at work, 1,000 times or --kills N: acknowledged confirms lost, effects repeated",
  async run({ args, log }) {
    const kills = wholeNumber(args, "--kills", 1_000);
    const seed = wholeNumber(args, "--seed", Date.now() % 1_000_000_000);
    log(`${kills} kills in ${WORLDS} worlds, --seed ${seed}`);
    return figures(await killLoop({ kills, seed, log }));
  },
};

/** One process starts while another works: each has a world and a data folder of its own. */
const WORLDS = 2;
/** New wishes in a life; what earlier lives left open comes on top. */
const ASKS = 3;
/** Enough to bring everything to its end; a wish that is understood in one is confirmed in it. */
const MOST_QUIET_LIVES = 5;

interface Loop {
  readonly kills: number;
  readonly seed: number;
  readonly log: (text: string) => void;
}

interface Outcome {
  readonly kills: number;
  readonly acknowledged: number;
  readonly answered: number;
  readonly wrongs: Wrongs;
}

async function killLoop({ kills, seed, log }: Loop): Promise<Outcome[]> {
  let done = 0;
  let confirmed = 0;
  const startedAtMs = performance.now();
  const tell = (acknowledged: number) => {
    done += 1;
    confirmed += acknowledged;
    const seconds = Math.round((performance.now() - startedAtMs) / 1000);
    if (done % 50 === 0) log(`${done} kills, ${confirmed} acknowledged confirms, ${seconds} s`);
  };
  const shares = Array.from({ length: WORLDS }, (_, n) => Math.floor((kills + n) / WORLDS));
  return Promise.all(shares.map((share, n) => oneWorld(share, seeded(seed + n), tell)));
}

async function oneWorld(kills: number, random: () => number, tell: (n: number) => void): Promise<Outcome> {
  const world = await openKillWorld();
  try {
    const person = createPerson(world);
    const life = { folder: world.folder, person };
    let startMs = 500;
    for (let n = 0; n < kills; n++) {
      const before = person.acknowledged.size;
      // The first one lives until the workshop is known and something was confirmed.
      const fate: Fate = n === 0 ? { after: "confirm", ms: 0 } : fateOf(random, startMs);
      const { code, firstLineMs } = await killedLife(fate, { ...life, asks: ASKS });
      if (code !== undefined) throw new Error(`The program that was to be killed ended by itself with ${code}.`);
      if (firstLineMs !== undefined) startMs = startMs * 0.8 + firstLineMs * 0.2;
      tell(person.acknowledged.size - before);
    }
    let wrongs: Wrongs;
    let lives = 0;
    do {
      const { code } = await quietLife({ ...life, asks: 0 });
      if (code !== 0) throw new Error(`The program that was to finish what was left ended with ${code}.`);
      wrongs = await whatIsWrong(world, person);
      lives += 1;
    } while (lives < MOST_QUIET_LIVES && (wrongs.runs_unfinished > 0 || !person.hasNothingOpen()));
    return { kills, acknowledged: person.acknowledged.size, answered: person.answered, wrongs };
  } finally {
    await world.stop();
  }
}

/** While it starts and recovers, while a model thinks, right after a confirm, in the middle of calls, and after. */
function fateOf(random: () => number, startMs: number): Fate {
  const which = random();
  const share = random();
  const times = 1 + Math.floor(random() * ASKS);
  if (which < 0.1) return { after: "spawn", ms: startMs * (0.4 + share * 0.8) };
  if (which < 0.25) return { after: "first-line", ms: share * 60 };
  if (which < 0.5) return { after: "confirm", times, ms: share * 8 };
  if (which < 0.9) return { after: "confirm", times, ms: 8 + share * 120 };
  return { after: "done", times, ms: share * 30 };
}

function figures(outcomes: readonly Outcome[]): Figure[] {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, one) => total + of(one), 0);
  const acknowledged = sum((one) => one.acknowledged);
  const names = Object.keys(outcomes[0]?.wrongs ?? {}) as (keyof Wrongs)[];
  return [
    { name: "kills", value: sum((one) => one.kills), unit: "count", goal: "", holds: true },
    { name: "acknowledged", value: acknowledged, unit: "count", goal: "> 0", holds: acknowledged > 0 },
    { name: "unknown_answered", value: sum((one) => one.answered), unit: "count", goal: "", holds: true },
    ...names.map((name): Figure => {
      const value = sum((one) => one.wrongs[name]);
      return { name, value, unit: "count", goal: "= 0", holds: value === 0 };
    }),
  ];
}

function wholeNumber(args: readonly string[], name: string, otherwise: number): number {
  const at = args.indexOf(name);
  if (at < 0) return otherwise;
  const value = Number(args[at + 1]);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} needs a whole number above 0.`);
  return value;
}
