import type { BootId, ChatId } from "../domain/ids.ts";
import type { ChatPlatform } from "../ports/chat-platform.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Due, Stores } from "../ports/stores.ts";
import { announceOpenRuns } from "./announce-open-runs.ts";
import { backOffMs } from "./back-off.ts";
import { deliverCard } from "./deliver-card.ts";
import { deliverSay } from "./deliver-say.ts";
import { createLastShown } from "./last-shown.ts";
import { createRunningCards } from "./running-cards.ts";
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
/** A chat in which another process is telling something is left alone so long. */
const ELSEWHERE_MS = 1_000;

export interface PlatformPoster {
  start(): void;
  wake(): void;
  stop(withinMs: number): Promise<void>;
  idle(chatId?: ChatId): Promise<void>;
}

export interface PosterPorts {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
  /** This start of this process: whose claims on deliveries are its own. */
  readonly boot: { readonly id: BootId };
  /** Strikes secrets out of what tools brought back. */
  readonly redact?: (text: string) => string;
}

/** Delivers the outbox of one platform: one delivery at a time in a chat, chats side by side. */
export function createPlatformPoster(platform: ChatPlatform, ports: PosterPorts): PlatformPoster {
  const { stores, clock, logger, boot, redact } = ports;
  const shown = createLastShown();
  const running = createRunningCards(platform.limits, clock.nowMs);
  const deliveryPorts = { stores, platform, clock, logger, owner: boot.id, redact, shown, running };
  const order = createSayOrder();
  /** Until when to leave a chat to the process that is at it. */
  const elsewhere = new Map<ChatId, number>();
  const waker = createWaker(clock);
  const busy = new Map<ChatId, Promise<void>>();
  const lookEveryMs = Math.min(LOOK_EVERY_MS, Math.floor(platform.limits.editEveryMs / 10));
  let slots = AT_ONCE;
  let isReady = false;
  let work: Promise<void> | undefined;

  async function loop(): Promise<void> {
    if (platform.forgetsOnExit)
      await fromStores(() => announceOpenRuns(stores, platform.face, clock.nowMs(), { endedWithinMs: 0 }), undefined);
    if (!stores.isShared)
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
    const again = running.take(clock.nowMs(), isFree);
    if (again) begin(again);
    const next = await stores.read((tx) => tx.outbox.nextDueMs(platform.face));
    // What is overdue waits for its chat, and hides what becomes due behind it.
    const isOverdue = next !== undefined && next <= clock.nowMs();
    return earliest(isOverdue ? clock.nowMs() + OVERDUE_EVERY_MS : next, running.nextMs());
  }

  function canBegin(item: Due): boolean {
    if (!isFree(item.chatId)) return false;
    return item.kind === "card" ? running.mayEdit(item, clock.nowMs()) : stores.isShared || order.isNext(item);
  }

  function isFree(chatId: ChatId): boolean {
    const leftUntilMs = elsewhere.get(chatId) ?? 0;
    if (leftUntilMs > clock.nowMs()) return false;
    elsewhere.delete(chatId);
    return slots > 0 && !waker.isStopped && !busy.has(chatId);
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
      const isMine =
        item.kind === "card" ? await deliverCard(item, deliveryPorts) : await deliverSay(item, deliveryPorts);
      if (isMine) order.settled(item);
      else leave(item);
    } catch (error) {
      order.failed(item);
      if (item.kind === "card" && item.isAgain) running.failed(clock.nowMs());
      else if (stores.isShared) leave(item);
      await postpone(item, error);
    }
  }

  /** Another process is at it, or has been since we looked. */
  function leave(item: Due): void {
    if (item.kind === "card" && item.isAgain) running.delivered(item, undefined);
    else elsewhere.set(item.chatId, clock.nowMs() + ELSEWHERE_MS);
  }

  async function postpone(item: Due, error: unknown): Promise<void> {
    const why = error instanceof Error ? error.message : String(error);
    const waitMs = backOffMs(item.tries, item.kind === "card" ? `${item.runId}${item.chatId}` : item.key);
    logger.warn(
      { face: platform.face, chatId: item.chatId, kind: item.kind, tries: item.tries + 1, waitMs, error },
      "A delivery failed and is tried again.",
    );
    const atMs = clock.nowMs() + waitMs;
    const by = stores.isShared ? boot.id : undefined;
    await fromStores(() => stores.atomically((tx) => tx.outbox.postpone(item, atMs, why.slice(0, 500), by)), undefined);
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

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

const FAR = Number.MAX_SAFE_INTEGER;
