import { expect, test } from "vitest";
import { asId, type BootId, type RunId } from "../../../core/domain/ids.ts";
import type { Due, Stores } from "../../../core/ports/stores.ts";
import { bootId, CHAT, draft, newRunId } from "../sample-data.ts";
import type { Subject } from "./subject.ts";

type Claimed = Promise<{ mayBeThere: boolean } | undefined>;

const [A, B] = [bootId("a"), bootId("b")];
const claim = (stores: Stores, due: Due, owner: BootId = A, nowMs = 10, untilMs = nowMs + 60): Claimed =>
  stores.atomically((tx) => tx.outbox.claim(due, { owner, nowMs, untilMs }));
const due = (stores: Stores, nowMs: number): Promise<Due[]> =>
  stores.read((tx) => tx.outbox.due("terminal", nowMs, 50));
const nextDueMs = (stores: Stores) => stores.read((tx) => tx.outbox.nextDueMs("terminal"));
const boot = (stores: Stores, id: BootId, processName: string) =>
  stores.atomically((tx) => tx.queue.boot({ id, processName, atMs: 1 }));

/** Who tells what is due, and whether it may have been told before. */
export function claimFacts({ fresh, again }: Subject): void {
  async function withBoth() {
    const stores = await fresh();
    const runId = newRunId();
    await stores.atomically(async (tx) => {
      await tx.outbox.cardChanged(runId, CHAT, 10);
      await tx.outbox.say(CHAT, "k", { text: "hello" }, 10);
    });
    const [say, card] = (await due(stores, 10)) as [Extract<Due, { kind: "say" }>, Extract<Due, { kind: "card" }>];
    return { stores, runId, say, card };
  }

  test("what is claimed is left alone by others until the claim expires, and then may be there", async () => {
    const { stores, say, card } = await withBoth();
    for (const one of [say, card]) {
      expect(await claim(stores, one, A, 10, 70)).toEqual({ mayBeThere: false });
      expect(await claim(stores, one, B, 69)).toBeUndefined();
      expect(await claim(stores, one, B, 70, 200)).toEqual({ mayBeThere: true });
      expect(await claim(stores, one, A, 71)).toBeUndefined();
    }
  });

  test("its holder extends a claim by claiming again", async () => {
    const { stores, say, card } = await withBoth();
    for (const one of [say, card]) {
      await claim(stores, one, A, 10, 70);
      expect(await claim(stores, one, A, 50, 110)).toBeDefined();
      expect(await claim(stores, one, B, 100)).toBeUndefined();
    }
  });

  test("a newer boot of the same name has what the older held; the older gets nothing any more", async () => {
    const { stores, say, card } = await withBoth();
    await boot(stores, A, "piloto");
    for (const one of [say, card]) await claim(stores, one, A, 10, 1_000);
    await boot(stores, B, "piloto");
    expect((await due(stores, 11)).map((one) => one.kind)).toEqual(["say", "card"]);
    for (const one of [say, card]) {
      expect(await claim(stores, one, A, 11)).toBeUndefined();
      expect(await claim(stores, one, B, 12)).toEqual({ mayBeThere: true });
    }
  });

  test("a record of the delivery ends the claim, and nothing may be there any more", async () => {
    const { stores, runId, say, card } = await withBoth();
    for (const one of [say, card]) await claim(stores, one, A, 10, 1_000);
    await stores.atomically(async (tx) => {
      await tx.outbox.sayDelivered(say.id, "m1", 20);
      expect(await tx.outbox.cardDelivered(runId, CHAT, 1, "m2", 20, A)).toBe(true);
    });
    expect(await claim(stores, say, B, 20)).toBeUndefined();
    expect(await claim(stores, card, B, 20)).toBeUndefined();
    await stores.atomically((tx) => tx.outbox.cardChanged(runId, CHAT, 30));
    const [changed] = await due(stores, 30);
    expect(changed).toMatchObject({ version: 2, shown: 1, ref: "m2" });
    expect(await claim(stores, changed!, B, 30)).toEqual({ mayBeThere: false });
  });

  test("what was postponed is free at its time, and may be there", async () => {
    const { stores, say, card } = await withBoth();
    for (const one of [say, card]) {
      await claim(stores, one, A, 10, 1_000);
      await stores.atomically((tx) => tx.outbox.postpone(one, 50, "no answer", A));
      expect(await claim(stores, one, B, 49)).toBeUndefined();
      expect(await claim(stores, one, B, 50, 90)).toEqual({ mayBeThere: true });
    }
  });

  test("what was given up is not claimed again", async () => {
    const { stores, say, card } = await withBoth();
    for (const one of [say, card]) {
      await claim(stores, one, A, 10, 1_000);
      await stores.atomically((tx) => tx.outbox.giveUp(one, "gone"));
      expect(await claim(stores, one, B, 2_000)).toBeUndefined();
    }
    expect(await nextDueMs(stores)).toBeUndefined();
  });

  test("who lost a claim neither records over the other's delivery nor puts it off", async () => {
    const { stores, runId, card } = await withBoth();
    await claim(stores, card, A, 10, 20);
    await claim(stores, card, B, 20, 80);
    await stores.atomically((tx) => tx.outbox.postpone(card, 500, "too late", A));
    expect(await stores.atomically((tx) => tx.outbox.cardDelivered(runId, CHAT, 1, "from-a", 30, A))).toBe(false);
    expect(await stores.read((tx) => tx.outbox.cardRef(runId, CHAT))).toBeUndefined();
    // What the loser showed may stand over what the winner showed: it is due again after that, shown by nobody.
    expect(await stores.atomically((tx) => tx.outbox.cardDelivered(runId, CHAT, 1, "from-b", 40, B))).toBe(true);
    expect(await due(stores, 40)).toMatchObject([{ kind: "say" }, { version: 3, shown: 2, ref: "from-b" }]);
  });

  test("a card is not claimed by what was read before another delivery", async () => {
    const { stores, runId, card } = await withBoth();
    await claim(stores, card, B, 10);
    await stores.atomically((tx) => tx.outbox.cardDelivered(runId, CHAT, 1, "m1", 10, B));
    await stores.atomically((tx) => tx.outbox.cardChanged(runId, CHAT, 11));
    expect(await claim(stores, card, A, 20)).toBeUndefined();
    const [fresher] = (await due(stores, 20)).filter((one) => one.kind === "card");
    expect(await claim(stores, fresher!, A, 20)).toEqual({ mayBeThere: false });
  });

  test("a card that stands is claimed to be shown again, unless it is due", async () => {
    const { stores, runId, card } = await withBoth();
    const standing = { ...card, shown: 1, ref: "m1", isAgain: true } as const;
    await claim(stores, card, A, 10);
    await stores.atomically((tx) => tx.outbox.cardDelivered(runId, CHAT, 1, "m1", 10, A));
    expect(await claim(stores, standing, A, 20)).toBeDefined();
    expect(await claim(stores, standing, B, 21)).toBeUndefined();
    // A failure ends the claim and makes nothing due.
    await stores.atomically((tx) => tx.outbox.postpone(standing, 500, "no answer", A));
    expect(await claim(stores, standing, B, 22)).toBeDefined();
    await stores.atomically((tx) => tx.outbox.cardDelivered(runId, CHAT, 1, "m1", 22, B));
    expect((await due(stores, 1_000)).map((one) => one.kind)).toEqual(["say"]);
    await stores.atomically((tx) => tx.outbox.cardChanged(runId, CHAT, 30));
    expect(await claim(stores, standing, A, 31)).toBeUndefined();
  });

  test("of many who claim the same thing at once, one gets it", async () => {
    const { stores, say, card } = await withBoth();
    const two = (await again(stores)) ?? stores;
    for (const one of [say, card]) {
      const got = await Promise.all(
        Array.from({ length: 8 }, (_, n) => claim(n % 2 ? two : stores, one, bootId(`b${n}`))),
      );
      expect(got.filter((claimed) => claimed !== undefined)).toEqual([{ mayBeThere: false }]);
    }
    if (two !== stores) await two.close();
  });

  test("where stores are shared, what is claimed is not due, and its expiry is when to look again", async () => {
    const { stores, say, card } = await withBoth();
    await claim(stores, say, A, 10, 70);
    await claim(stores, card, A, 10, 80);
    const shared = stores.isShared;
    expect((await due(stores, 69)).map((one) => one.kind)).toEqual(shared ? [] : ["say", "card"]);
    expect(await nextDueMs(stores)).toBe(shared ? 70 : 10);
    expect((await due(stores, 70)).map((one) => one.kind)).toEqual(shared ? ["say"] : ["say", "card"]);
    await stores.atomically((tx) => tx.outbox.say(asId("terminal:other"), "k", { text: "hello" }, 30));
    expect(await nextDueMs(stores)).toBe(shared ? 30 : 10);
  });

  test("where stores are shared, a sentence waits for the one before it in its chat", async () => {
    const { stores, say } = await withBoth();
    await stores.atomically((tx) => tx.outbox.say(CHAT, "k2", { text: "second" }, 11));
    const second = (await due(stores, 20)).find((one) => one.kind === "say" && one.say.text === "second")!;
    await claim(stores, say, A, 20);
    expect((await claim(stores, second, B, 20)) === undefined).toBe(stores.isShared);
    await stores.atomically((tx) => tx.outbox.sayDelivered(say.id, "m1", 30));
    expect(await claim(stores, second, stores.isShared ? B : A, 90)).toBeDefined();
  });

  test("the open cards of a face are those of its runs that are not over or ended lately", async () => {
    const stores = await fresh();
    const make = (chat: string, change: Parameters<typeof draft>[0]): Promise<RunId> =>
      stores.atomically(async (tx) => {
        const run = draft({ chatId: asId(chat), ...change });
        await tx.runs.create(run);
        await tx.outbox.cardChanged(run.id, run.chatId, 1);
        return run.id;
      });
    const running = await make("terminal:a", { state: "running", proposedAtMs: 3 });
    const open = await make("terminal:b", { proposedAtMs: 1 });
    await make("slack:c", { proposedAtMs: 1 });
    const ended = await make("terminal:d", { state: "done", finishedAtMs: 501, proposedAtMs: 2 });
    await make("terminal:e", { state: "cancelled", finishedAtMs: 500 });
    const found = await stores.read((tx) => tx.outbox.openCards("terminal", 500));
    expect(found).toEqual([
      { runId: open, chatId: "terminal:b" },
      { runId: ended, chatId: "terminal:d" },
      { runId: running, chatId: "terminal:a" },
    ]);
  });
}
