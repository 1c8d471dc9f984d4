/** `before`: nothing happened. `after`: it happened and the bot is not told. `hang`: no answer, nothing happened. */
export type FaultKind = "5xx-before" | "5xx-after" | "cut-before" | "cut-after" | "429" | "hang" | "hang-after";

export interface FailNext {
  /** A route as `POST /channels/{channel_id}/messages`; with `*` at its end, all that begin so. */
  readonly route: string;
  /** Default 1. */
  readonly times?: number;
  readonly how: FaultKind;
  /** For `429`: seconds, default 0.05. */
  readonly retryAfter?: number;
}

export interface Faults {
  failNext(fault: FailNext): void;
  /** From now on each request fails with these probabilities (0-1, seeded); `{}` ends it. */
  chaos(rates: Partial<Record<FaultKind, number>>): void;
  /** The fault that this request meets. */
  take(route: string): { how: FaultKind; retryAfter: number } | undefined;
}

export function faults(random: () => number): Faults {
  let planned: { route: string; times: number; how: FaultKind; retryAfter: number }[] = [];
  let rates: Partial<Record<FaultKind, number>> = {};
  return {
    failNext({ route, times = 1, how, retryAfter = 0.05 }) {
      planned.push({ route, times, how, retryAfter });
    },
    chaos(wanted) {
      rates = wanted;
    },
    take(route) {
      const due = planned.find((one) => one.times > 0 && isMeant(one.route, route));
      if (due) {
        due.times -= 1;
        planned = planned.filter((one) => one.times > 0);
        return due;
      }
      for (const [how, rate] of Object.entries(rates)) {
        if (random() < rate) return { how: how as FaultKind, retryAfter: 0.02 };
      }
      return undefined;
    },
  };
}

const isMeant = (wanted: string, route: string) =>
  wanted.endsWith("*") ? route.startsWith(wanted.slice(0, -1)) : route === wanted;

/** Numbers in [0,1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
