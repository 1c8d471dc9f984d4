import type { Changes } from "./changes.ts";
import type { DeliveryChaos } from "./faults.ts";
import type { Json } from "./json.ts";
import type { World } from "./world.ts";

export type DeliveryKind = "events_api" | "slash_commands" | "interactive";

/** What became of one attempt. `response` is what the app put into its acknowledgement. */
export type Ack =
  | { acked: true; response?: unknown; tookMs: number }
  | { acked: false; reason: string; noRetry?: boolean };

/** One thing that Slack has to tell the app, over all of its attempts. */
export interface Delivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly team: string;
  readonly payload: Json;
  attempts: number;
  /** Acknowledged, or given up (events after their retries, the rest after one attempt). Never rejects. */
  readonly settled: Promise<Ack>;
}

/** A way to the app: sends one attempt and waits for its acknowledgement. Never rejects. */
export interface Transport {
  send(delivery: Delivery, retry: { attempt: number; reason: string } | undefined): Promise<Ack>;
}

export interface DeliveryCounts {
  sent: number;
  acked: number;
  retried: number;
  lost: number;
}

export interface Deliveries {
  /** Starts delivering at once (or after chaos' delay) and tells how it went. */
  deliver(kind: DeliveryKind, team: string, payload: Json): Delivery;
  readonly counts: DeliveryCounts;
  /** How many are neither acknowledged nor given up. */
  readonly pending: number;
  /** The latest ones, oldest first, bounded. */
  readonly latest: Delivery[];
  close(): void;
}

export interface DeliverOptions {
  world: World;
  changes: Changes;
  transport: () => Transport;
  chaos: () => DeliveryChaos | undefined;
  /** Waits before the second, third… attempt of an event. Slack: at once, a minute, five minutes. */
  retryDelaysMs: number[];
  keepLatest: number;
}

/**
 * Delivers payloads as Slack does: events up to four times in all, commands and interactions once.
 * Source: https://docs.slack.dev/apis/events-api (retries), checked 2026-11-21.
 */
export function deliveries(options: DeliverOptions): Deliveries {
  const { world, changes } = options;
  const counts: DeliveryCounts = { sent: 0, acked: 0, retried: 0, lost: 0 };
  const latest: Delivery[] = [];
  const timers = new Set<{ stop: () => void }>();
  let pending = 0;
  let closed = false;

  function pause(ms: number): Promise<void> {
    if (ms <= 0 || closed) return Promise.resolve();
    return new Promise((resolve) => {
      const entry = { stop };
      const timer = setTimeout(stop, ms);
      timer.unref();
      function stop() {
        clearTimeout(timer);
        timers.delete(entry);
        resolve();
      }
      timers.add(entry);
    });
  }

  async function attempts(delivery: Delivery): Promise<Ack> {
    const mostAttempts = delivery.kind === "events_api" ? options.retryDelaysMs.length + 1 : 1;
    let reason = "";
    for (let attempt = 0; ; attempt++) {
      if (attempt > 0) {
        await pause(options.retryDelaysMs[attempt - 1]!);
        counts.retried++;
      }
      if (closed) return { acked: false, reason: "server_closed" };
      delivery.attempts++;
      counts.sent++;
      const ack = await options.transport().send(delivery, attempt > 0 ? { attempt, reason } : undefined);
      if (ack.acked || ack.noRetry || attempt + 1 >= mostAttempts) return ack;
      reason = ack.reason;
    }
  }

  async function run(delivery: Delivery, delayMs: number): Promise<Ack> {
    await pause(delayMs);
    const ack = await attempts(delivery);
    pending--;
    if (ack.acked) counts.acked++;
    else counts.lost++;
    changes.happened();
    return ack;
  }

  function start(kind: DeliveryKind, team: string, payload: Json, delayMs: number): Delivery {
    pending++;
    let begin: (ack: Promise<Ack>) => void = () => undefined;
    const settled = new Promise<Ack>((resolve) => {
      begin = resolve;
    });
    const delivery: Delivery = { id: world.nextId("envelope-"), kind, team, payload, attempts: 0, settled };
    begin(run(delivery, delayMs));
    if (latest.push(delivery) > options.keepLatest) latest.shift();
    return delivery;
  }

  return {
    counts,
    latest,
    get pending() {
      return pending;
    },
    deliver(kind, team, payload) {
      const chaos = options.chaos();
      const delivery = start(kind, team, payload, chaos ? chaos.delayMs() : 0);
      if (chaos && kind === "events_api" && chaos.duplicates()) start(kind, team, payload, chaos.delayMs());
      return delivery;
    },
    close() {
      closed = true;
      for (const timer of [...timers]) timer.stop();
    },
  };
}
