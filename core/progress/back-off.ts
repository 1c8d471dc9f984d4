import { sha256 } from "../domain/canonical.ts";

const FIRST_MS = 500;
const LONGEST_MS = 5 * 60_000;

/**
 * How long a delivery waits after its failure number `tries + 1`: 0.5 s, doubling up to 5 minutes, each shortened
 * by up to a half. The spread comes from `key`, so that many chats of one platform do not return in one moment.
 */
export function backOffMs(tries: number, key: string): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries, 20));
  const spread = Number.parseInt(sha256(`${key}:${tries}`).slice(0, 6), 16) / 0xffffff;
  return Math.round(longest * (1 - spread / 2));
}
