import { expect } from "vitest";
import { isVisited, isWholeSweep, sampled } from "../support/sampled.ts";
import { type Deaths, holds, oneCase } from "./crash-sweep.ts";
import type { Disk } from "./disks.ts";
import type { Story } from "./story.ts";

export interface Sweep {
  readonly makeDisk: () => Promise<Disk>;
  /** Short and different in each test: runs of several tests may share a database. */
  readonly name: string;
  /** Where a sample of the points begins. */
  readonly seed: number;
}

const MOST_POINTS = 400;
const EVERY = 5;

/**
 * Kills the first process of a story at its first point, then at its second, and so on; at every fifth one where only
 * a sample is wanted. Returns at how many it died.
 */
export async function sweep(makeStory: () => Story, { makeDisk, name, seed }: Sweep): Promise<number> {
  let points = 0;
  let survived = 0;
  // Bursts share a commit, so the number of points moves a little: three that live in a row are the end.
  for (let at = 0; survived < (isWholeSweep ? 3 : 1); at++) {
    if (!isVisited(at, { every: EVERY, seed })) continue;
    const hasDied = await dies(makeStory(), { first: at }, { makeDisk, name: `${name}-${at}` });
    survived = hasDied ? 0 : survived + 1;
    if (hasDied) points += 1;
    expect(at).toBeLessThan(MOST_POINTS);
  }
  return points;
}

/** Kills the first process and the one after it, at pairs of points spread over both. */
export async function sweepTwice(makeStory: () => Story, pairs: number, { makeDisk, name, seed }: Sweep) {
  for (let taken = 0; taken < sampled(pairs, 2); taken++) {
    const n = (seed + taken) % pairs;
    const deaths = { first: (n * 7) % 40, second: (n * 5) % 23 };
    await dies(makeStory(), deaths, { makeDisk, name: `${name}-again-${n}` });
  }
}

async function dies(story: Story, deaths: Deaths, { makeDisk, name }: Omit<Sweep, "seed">): Promise<boolean> {
  const disk = await makeDisk();
  try {
    const one = await oneCase(disk, name, story, deaths);
    const stores = await disk.open();
    try {
      await holds(stores, one);
    } finally {
      await stores.close();
    }
    return one.hasDied;
  } catch (error) {
    throw new Error(`"${story.name}", killed at ${JSON.stringify(deaths)}: ${error}`, { cause: error });
  } finally {
    await disk.end();
  }
}
