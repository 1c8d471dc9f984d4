import type { ChatId } from "../domain/ids.ts";
import type { ChatPlatform } from "../ports/chat-platform.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Due, Stores } from "../ports/stores.ts";
import { announceOpenRuns } from "./announce-open-runs.ts";
import { backOffMs } from "./back-off.ts";
import { createLastShown, deliverCard, deliverSay } from "./deliver.ts";
import { createSayOrder } from "./say-order.ts";
import { createWaker } from "./waker.ts";

/** Deliveries of one platform at the same time; those that take longer than `SLOW_MS` no longer count. */
const AT_ONCE = 32;
const SLOW_MS = 10_000;
const WINDOW = 200;
const LARGEST_WINDOW = 12_800;
const STORE_PAUSE_MS = 1_000;
const OVERDUE_EVERY_MS = 250;
/** Commits closer together than this are looked at once (less on a platform that shows edits faster). */
const LOOK_EVERY_MS = 20;

export interface PlatformPoster {
  start(): void;
  wake(): void;
  stop(withinMs: number): Promise<void>;
  idle(chatId?: ChatId): Promise<void>;
}

/** Delivers the outbox of one platform: one delivery at a time in a chat, chats side by side. */
export function createPlatformPoster(
  platform: ChatPlatform,
  { stores, clock, logger }: { stores: Stores; clock: Clock; logger: Logger },
): PlatformPoster {
  const shown = createLastShown();
  const order = createSayOrder();
  const waker = createWaker(clock);
  const busy = new Map<ChatId, Promise<void>>();
  const lookEveryMs = Math.min(LOOK_EVERY_MS, Math.floor(platform.limits.editEveryMs / 10));
  let slots = AT_ONCE;
  let isReady = false;
  let work: Promise<void> | undefined;

  async function loop(): Promise<void> {
    if (platform.forgetsOnExit)
      await fromStores(() => announceOpenRuns(stores, platform.face, clock.nowMs()), undefined);
    order.preload(await fromStores(() => stores.read((tx) => tx.outbox.due(platform.face, FAR, LARGEST_WINDOW)), []));
    isReady = true;
    waker.wake();
    while (!waker.isStopped) {
      const nextMs = await fromStores(look, clock.nowMs() + STORE_PAUSE_MS);
      await waker.sleepUntil(nextMs);
      if (lookEveryMs > 0 && !waker.isStopped) await clock.sleep(lookEveryMs, waker.stopping);
    }
  }

  /** Begins what can begin; returns when to look again, if time alone can bring something. */
  async function look(): Promise<number | undefined> {
    for (let window = WINDOW; window <= LARGEST_WINDOW; window *= 4) {
      // What was under way when we began to read may be delivered by now, and still be in what we read.
      const wasBusy = new Set(busy.keys());
      const due = await stores.read((tx) => tx.outbox.due(platform.face, clock.nowMs(), window));
      for (const item of due) if (!wasBusy.has(item.chatId) && canBegin(item)) begin(item);
      // A full window may hold nothing but chats that are busy: look behind them.
      if (due.length < window || slots <= 0) break;
    }
    const next = await stores.read((tx) => tx.outbox.nextDueMs(platform.face));
    if (next === undefined) return undefined;
    // What is overdue waits for its chat, and hides what becomes due behind it.
    return Math.max(next, clock.nowMs() + (next <= clock.nowMs() ? OVERDUE_EVERY_MS : 0));
  }

  function canBegin(item: Due): boolean {
    return slots > 0 && !waker.isStopped && !busy.has(item.chatId) && order.isNext(item);
  }

  function begin(item: Due): void {
    slots -= 1;
    const given = new AbortController();
    const delivery = deliver(item).finally(() => {
      given.abort();
      busy.delete(item.chatId);
      waker.wake();
    });
    busy.set(item.chatId, delivery);
    void clock.sleep(SLOW_MS, given.signal).then(() => {
      slots += 1;
      if (!given.signal.aborted) {
        logger.warn({ face: platform.face, chatId: item.chatId }, "A chat platform takes long to answer.");
        waker.wake();
      }
    });
  }

  async function deliver(item: Due): Promise<void> {
    try {
      if (item.kind === "card") await deliverCard(item, { stores, platform, clock, shown });
      else await deliverSay(item, { stores, platform, clock });
      order.settled(item);
    } catch (error) {
      order.failed(item);
      await postpone(item, error);
    }
  }

  async function postpone(item: Due, error: unknown): Promise<void> {
    const why = error instanceof Error ? error.message : String(error);
    const waitMs = backOffMs(item.tries, item.kind === "card" ? `${item.runId}${item.chatId}` : item.key);
    logger.warn(
      { face: platform.face, chatId: item.chatId, kind: item.kind, tries: item.tries + 1, waitMs, error },
      "A delivery failed and is tried again.",
    );
    const atMs = clock.nowMs() + waitMs;
    await fromStores(() => stores.atomically((tx) => tx.outbox.postpone(item, atMs, why.slice(0, 500))), undefined);
  }

  /** The loop outlives a database that does not answer: it says so and comes back after a pause. */
  async function fromStores<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      logger.error({ face: platform.face, error }, "The outbox could not be read or written; it is tried again.");
      await clock.sleep(STORE_PAUSE_MS, waker.stopping);
      return otherwise;
    }
  }

  async function isAllTold(chatId?: ChatId): Promise<boolean> {
    if (!isReady || (chatId === undefined ? busy.size > 0 : busy.has(chatId))) return false;
    if (chatId === undefined) return (await stores.read((tx) => tx.outbox.nextDueMs(platform.face))) === undefined;
    const due = await stores.read((tx) => tx.outbox.due(platform.face, FAR, LARGEST_WINDOW));
    return !due.some((item) => item.chatId === chatId);
  }

  return {
    start() {
      work ??= loop();
    },
    wake: waker.wake,
    async stop(withinMs) {
      waker.stop();
      const settled = Promise.all([work, ...busy.values()]);
      await Promise.race([settled, clock.sleep(withinMs)]);
    },
    async idle(chatId) {
      while (work && !waker.isStopped) {
        const woken = waker.nextWake();
        if (await isAllTold(chatId)) return;
        await woken;
      }
    },
  };
}

const FAR = Number.MAX_SAFE_INTEGER;
