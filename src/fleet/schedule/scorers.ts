import { slowDown } from "./learned-rates.ts";
import { holdsPrefix, type Predicted, predict } from "./predict.ts";
import { waitingIn } from "./queue.ts";
import type { Copy, World } from "./world.ts";

/** What a scorer looks at: a copy with a free slot, and what the request is expected to take there. */
export interface Scored {
  readonly world: World;
  readonly copy: Copy;
  readonly predicted: Predicted;
  /** The same without the prefix it holds. */
  readonly withoutPrefix: Predicted;
}

/** In milliseconds, better is higher: what it costs is negative, what it saves positive. */
export type Scorer = (scored: Scored) => number;

export const SCORERS: Readonly<Record<string, Scorer>> = {
  /** Predicted time to first token, with who is at work there, as if nothing were cached. */
  "first-token": ({ withoutPrefix }) => -withoutPrefix.firstTokenMs,
  /** What the prefix in its cache saves. */
  affinity: ({ predicted, withoutPrefix }) => withoutPrefix.firstTokenMs - predicted.firstTokenMs,
  /** How long its slot is held: a slow PC is taken less gladly. */
  hold: ({ world, predicted }) => -world.tuning.holdWeight * (predicted.serviceMs - predicted.firstTokenMs),
  /** How much the requests at work there are slowed down by one more, and those that wait for their slots. */
  inflicted: ({ world, copy, predicted }) => {
    const others = copy.node.inFlight;
    if (others === 0) return 0;
    const more = slowDown(world.rates, others + 1) / slowDown(world.rates, others) - 1;
    const { inflictedWeight, inflictedQueueWeight } = world.tuning;
    let waiting = 0;
    if (inflictedQueueWeight > 0) {
      for (const other of copy.node.copies.values()) {
        if (other === copy || other.inFlight === 0) continue;
        waiting += waitingIn(other.model.queue) / other.model.copies.length;
      }
    }
    return -more * predicted.serviceMs * (inflictedWeight * others + inflictedQueueWeight * waiting);
  },
  spread: ({ world, copy }) => -world.tuning.spreadMs * copy.node.inFlight,
  trial: ({ world, copy }) =>
    copy.node.breaker.state !== "closed" || copy.node.breaker.failures > 0 ? -world.tuning.trialMs : 0,
};

const NAMES = Object.keys(SCORERS);

/** Their sum, and what the sum is made of when `parts` is given. */
export function scoreOf(scored: Scored, parts?: Record<string, number>): number {
  let total = 0;
  for (const name of NAMES) {
    const score = SCORERS[name]!(scored);
    if (parts) parts[name] = score;
    total += score;
  }
  return total;
}

export function scoredAt(
  world: World,
  copy: Copy,
  work: { readonly promptTokens: number; readonly answerTokens: number; readonly affinity?: string },
): Scored {
  const at = { node: copy.node, model: copy.model.name, streams: copy.node.inFlight + 1 };
  const withoutPrefix = predict(world, at, { ...work, isPrefixHit: false });
  const isPrefixHit = holdsPrefix(copy, work.affinity);
  const predicted = isPrefixHit ? predict(world, at, { ...work, isPrefixHit }) : withoutPrefix;
  return { world, copy, predicted, withoutPrefix };
}
