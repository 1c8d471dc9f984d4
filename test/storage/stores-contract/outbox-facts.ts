import { expect, test } from "vitest";
import { asId, type ChatId } from "../../../core/domain/ids.ts";
import type { Due, Stores } from "../../../core/ports/stores.ts";
import { CHAT, newRunId } from "../sample-data.ts";
import type { Subject } from "./subject.ts";

const due = (stores: Stores, nowMs: number, face = "terminal", limit = 50): Promise<Due[]> =>
  stores.read((tx) => tx.outbox.due(face, nowMs, limit));
const changed = (stores: Stores, runId: ReturnType<typeof newRunId>, atMs: number, chatId = CHAT) =>
  stores.atomically((tx) => tx.outbox.cardChanged(runId, chatId, atMs));

/** What chats must still be told. */
export function outboxFacts({ fresh }: Subject): void {
  test("many changes of a card before it is shown are one", async () => {
    const stores = await fresh();
    const runId = newRunId();
    for (const atMs of [10, 20, 30]) await changed(stores, runId, atMs);
    expect(await due(stores, 9)).toEqual([]);
    expect(await stores.read((tx) => tx.outbox.nextDueMs("terminal"))).toBe(10);
    expect(await due(stores, 10)).toEqual([{ kind: "card", runId, chatId: CHAT, version: 3, shown: 0, tries: 0 }]);
  });

  test("a change while a card is being shown stays due, not before its time", async () => {
    const stores = await fresh();
    const runId = newRunId();
    await changed(stores, runId, 10);
    await changed(stores, runId, 11);
    await stores.atomically((tx) => tx.outbox.cardDelivered(runId, CHAT, 1, "ref-1", 500));
    expect(await due(stores, 499)).toEqual([]);
    expect(await due(stores, 500)).toMatchObject([{ version: 2, ref: "ref-1" }]);
    await stores.atomically((tx) => tx.outbox.cardDelivered(runId, CHAT, 2, "ref-1", 900));
    expect(await stores.read((tx) => tx.outbox.nextDueMs("terminal"))).toBeUndefined();
    await changed(stores, runId, 600);
    expect(await stores.read((tx) => tx.outbox.nextDueMs("terminal"))).toBe(900);
    await stores.atomically((tx) => tx.outbox.cardDelivered(runId, CHAT, 3, "ref-1", 900));
    await changed(stores, runId, 2_000);
    expect(await stores.read((tx) => tx.outbox.nextDueMs("terminal"))).toBe(2_000);
    expect(await stores.read((tx) => tx.outbox.cardRef(runId, CHAT))).toBe("ref-1");
  });

  test("a card that a person deleted is posted afresh", async () => {
    const stores = await fresh();
    const runId = newRunId();
    await changed(stores, runId, 10);
    await stores.atomically((tx) => tx.outbox.cardDelivered(runId, CHAT, 1, "ref-1", 10));
    await changed(stores, runId, 20);
    await stores.atomically((tx) => tx.outbox.cardGone(runId, CHAT));
    const [again] = await due(stores, 100);
    expect(again).toMatchObject({ kind: "card", version: 2 });
    expect((again as { ref?: string }).ref).toBeUndefined();
  });

  test("a sentence is said once for one key in a chat", async () => {
    const stores = await fresh();
    const other = asId<ChatId>("terminal:other");
    await stores.atomically(async (tx) => {
      await tx.outbox.say(CHAT, "hello", { text: "Hello" }, 10);
      await tx.outbox.say(CHAT, "hello", { text: "Hello again" }, 11);
      await tx.outbox.say(other, "hello", { text: "Hello, other", onlyTo: asId("terminal:ana") }, 12);
    });
    const found = await due(stores, 100);
    expect(found).toMatchObject([
      { kind: "say", chatId: CHAT, key: "hello", say: { text: "Hello" }, tries: 0 },
      { kind: "say", chatId: other, say: { text: "Hello, other", onlyTo: "terminal:ana" } },
    ]);
    const [first] = found as Extract<Due, { kind: "say" }>[];
    await stores.atomically((tx) => tx.outbox.sayDelivered(first!.id, "ref", 20));
    await stores.atomically((tx) => tx.outbox.say(CHAT, "hello", { text: "Hello" }, 9_000));
    expect(await due(stores, 10_000)).toHaveLength(1);
  });

  test("what is due comes oldest first, of one face, in the order it was said", async () => {
    const stores = await fresh();
    const runId = newRunId();
    await stores.atomically(async (tx) => {
      await tx.outbox.cardChanged(runId, CHAT, 20);
      await tx.outbox.say(CHAT, "c", { text: "3" }, 30);
      await tx.outbox.say(CHAT, "a", { text: "1" }, 20);
      await tx.outbox.say(CHAT, "b", { text: "2" }, 20);
      await tx.outbox.say(asId("slack:x"), "d", { text: "elsewhere" }, 1);
    });
    const told = (list: Due[]) => list.map((one) => (one.kind === "say" ? one.say.text : "card"));
    expect(told(await due(stores, 100))).toEqual(["1", "2", "card", "3"]);
    expect(told(await due(stores, 100, "terminal", 2))).toEqual(["1", "2"]);
    expect(told(await due(stores, 100, "slack"))).toEqual(["elsewhere"]);
    expect(await stores.read((tx) => tx.outbox.nextDueMs("web"))).toBeUndefined();
  });

  test("what could not be delivered is tried again later, or given up and never again", async () => {
    const stores = await fresh();
    const runId = newRunId();
    await stores.atomically(async (tx) => {
      await tx.outbox.cardChanged(runId, CHAT, 10);
      await tx.outbox.say(CHAT, "a", { text: "1" }, 10);
    });
    for (const one of await due(stores, 10)) {
      await stores.atomically((tx) => tx.outbox.postpone(one, 50, "no network"));
    }
    expect(await due(stores, 49)).toEqual([]);
    const again = await due(stores, 50);
    expect(again.map((one) => one.tries)).toEqual([1, 1]);
    for (const one of again) await stores.atomically((tx) => tx.outbox.giveUp(one, "the chat is gone"));
    await changed(stores, runId, 60);
    expect(await due(stores, 1_000)).toEqual([]);
    expect(await stores.read((tx) => tx.outbox.nextDueMs("terminal"))).toBeUndefined();
  });
}
