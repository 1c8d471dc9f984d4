import type { Ack } from "../../test/support/slack-server/deliver.ts";
import type { SlackActs } from "./slack-acts.ts";

export interface AckTimes {
  /** Ascending, in ms, from sending an event to its acknowledgement. */
  readonly tookMs: readonly number[];
  /** Never acknowledged. */
  readonly lost: number;
}

/** Of ten: four wishes, two replies, two presses, two slash commands. A wish counts as two events, which it is. */
const MIX: readonly (keyof Pick<SlackActs, "wish" | "reply" | "press" | "slash">)[] = [
  "wish",
  "reply",
  "press",
  "wish",
  "slash",
  "wish",
  "reply",
  "press",
  "wish",
  "slash",
];

/** So many events a second for so long, each with real work behind it, however slowly that work goes. */
export async function measureAcks(acts: SlackActs, perSecond: number, seconds: number): Promise<AckTimes> {
  const all: Promise<Ack>[] = [];
  const startMs = performance.now();
  let events = 0;
  await everyDue(
    () => startMs + (events / perSecond) * 1_000,
    startMs + seconds * 1_000,
    (n) => {
      const act = acts[MIX[n % MIX.length]!]();
      events += act.events;
      all.push(...act.acks);
    },
  );
  const settled = await Promise.all(all);
  const tookMs = settled.flatMap((ack) => (ack.acked ? [ack.tookMs] : [])).sort((a, b) => a - b);
  return { tookMs, lost: settled.length - tookMs.length };
}

/** Does the next thing whenever it is due, until a moment. */
export async function everyDue(dueMs: () => number, untilMs: number, act: (n: number) => void): Promise<void> {
  for (let n = 0; performance.now() < untilMs; ) {
    while (dueMs() <= performance.now() && performance.now() < untilMs) {
      act(n);
      n += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(5, dueMs() - performance.now()))));
  }
}
