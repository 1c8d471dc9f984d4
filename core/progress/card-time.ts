const DAY_MS = 24 * 3_600_000;

/**
 * A moment as a card shows it: `09:05 UTC`, with the date when it lies on another day than `nowMs`.
 * Absolute and in UTC, because a card is read long after it was written, in several time zones at once:
 * "in 5 minutes" would be false a minute later, and core has no time zone of its own.
 */
export function cardTime(atMs: number, nowMs: number): string {
  const iso = isoOf(atMs);
  const isSameDay = Math.floor(atMs / DAY_MS) === Math.floor(nowMs / DAY_MS);
  return isSameDay ? `${iso.slice(11, 16)} UTC` : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** A length of time, two units at most: `40 ms`, `4.2 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const known = Number.isFinite(ms) ? Math.max(0, ms) : 0;
  if (known < 950) return `${Math.round(known)} ms`;
  if (known < 10_000) return `${Math.round(known / 100) / 10} s`;
  const seconds = Math.round(known / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return two(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return two(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function isoOf(atMs: number): string {
  const isDate = Number.isFinite(atMs) && Math.abs(atMs) <= 8.64e15;
  return new Date(isDate ? atMs : 0).toISOString();
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
