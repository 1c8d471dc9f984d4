import { expect, test } from "vitest";
import { asId, type ChatId } from "../../../core/domain/ids.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { ANA, BEN, bootId, CHAT, message, newRunId, project, WORKSHOP } from "../sample-data.ts";
import type { Subject } from "./subject.ts";

const openChat = (stores: Stores, id: ChatId = CHAT) =>
  stores.atomically((tx) => tx.chats.ensure({ id, projectId: WORKSHOP, language: "en", atMs: 1 }));

/** Projects, people, chats, turns and messages. */
export function conversationFacts({ fresh }: Subject): void {
  test("a project is kept whole and replaced by its id", async () => {
    const stores = await fresh();
    const changed = { ...project(), name: "Another", model: "llama", readsNeedNoConfirmation: true };
    await stores.atomically(async (tx) => {
      await tx.projects.put(changed);
      await tx.projects.put(project(asId("a-first")));
    });
    expect(await stores.read((tx) => tx.projects.get(WORKSHOP))).toEqual(changed);
    expect((await stores.read((tx) => tx.projects.list())).map((one) => one.id)).toEqual(["a-first", WORKSHOP]);
    expect(await stores.read((tx) => tx.projects.get(asId("nobody")))).toBeUndefined();
  });

  test("an account is one person's, and two accounts can become one person's", async () => {
    const stores = await fresh();
    const slackAna = asId<typeof ANA>("slack:U1");
    await stores.atomically(async (tx) => {
      const ana = await tx.people.ensure(ANA, "Ana", asId("p1"));
      expect(await tx.people.ensure(ANA, "Someone", asId("p2"))).toEqual(ana);
      await tx.people.ensure(slackAna, "ana", asId("p3"));
      await tx.people.link(slackAna, ana.id);
    });
    expect(await stores.read((tx) => tx.people.of(slackAna))).toEqual({
      id: "p1",
      name: "Ana",
      accounts: [slackAna, ANA],
    });
    expect(await stores.read((tx) => tx.people.of(BEN))).toBeUndefined();
  });

  test("a person is renamed, and an account gets a person of its own again", async () => {
    const stores = await fresh();
    const slackAna = asId<typeof ANA>("slack:U1");
    await stores.atomically(async (tx) => {
      const ana = await tx.people.ensure(ANA, "Ana", asId("p1"));
      await tx.people.rename(ana.id, "Ana Gil");
      await tx.people.link(slackAna, ana.id);
      await tx.people.unlink(slackAna, "ana g", asId("p2"));
    });
    expect(await stores.read((tx) => tx.people.of(ANA))).toEqual({ id: "p1", name: "Ana Gil", accounts: [ANA] });
    expect(await stores.read((tx) => tx.people.of(slackAna))).toEqual({
      id: "p2",
      name: "ana g",
      accounts: [slackAna],
    });
  });

  test("a chat is made once and changes only where told", async () => {
    const stores = await fresh();
    const runId = newRunId();
    await openChat(stores);
    const again = await stores.atomically((tx) =>
      tx.chats.ensure({ id: CHAT, projectId: asId("other"), language: "es", atMs: 2 }),
    );
    expect(again).toEqual({ id: CHAT, projectId: WORKSHOP, language: "en" });
    await stores.atomically(async (tx) => {
      await tx.chats.set(CHAT, { pendingRunId: runId, lastRunId: runId });
      await tx.chats.set(CHAT, { language: "es", activeRunId: runId });
      await tx.chats.set(CHAT, { pendingRunId: null });
    });
    expect(await stores.read((tx) => tx.chats.get(CHAT))).toEqual({
      id: CHAT,
      projectId: WORKSHOP,
      language: "es",
      activeRunId: runId,
      lastRunId: runId,
    });
  });

  test("one owner at a time has a chat's turn", async () => {
    const stores = await fresh();
    await openChat(stores);
    const [a, b] = [bootId("a"), bootId("b")];
    const take = (owner: typeof a, nowMs: number, untilMs: number) =>
      stores.atomically((tx) => tx.chats.takeTurn(CHAT, owner, nowMs, untilMs));
    expect(await take(a, 0, 100)).toBe(true);
    expect(await take(b, 50, 150)).toBe(false);
    expect(await take(a, 60, 160)).toBe(true);
    expect(await take(b, 160, 260)).toBe(true);
    await stores.atomically((tx) => tx.chats.endTurn(CHAT, a));
    expect(await take(a, 170, 270)).toBe(false);
    await stores.atomically((tx) => tx.chats.endTurn(CHAT, b));
    expect(await take(a, 171, 271)).toBe(true);
  });

  test("a newer boot of the same name takes over the turns of the older, who gets none any more", async () => {
    const stores = await fresh();
    await openChat(stores);
    const boot = (id: string, processName: string) =>
      stores.atomically((tx) => tx.queue.boot({ id: bootId(id), processName, atMs: 1 }));
    const take = (owner: string) => stores.atomically((tx) => tx.chats.takeTurn(CHAT, bootId(owner), 10, 1_000));
    await boot("old", "piloto");
    expect(await take("old")).toBe(true);
    await boot("stranger", "another");
    expect(await take("stranger")).toBe(false);
    await boot("new", "piloto");
    expect(await take("old")).toBe(false);
    expect(await take("new")).toBe(true);
  });

  test("a message key is taken once on a face, for ever", async () => {
    const stores = await fresh();
    await openChat(stores);
    const web = asId<ChatId>("web:main");
    await openChat(stores, web);
    const add = (n: number, change = {}) => stores.atomically((tx) => tx.messages.add(message(n, change)));
    expect(await add(1)).toBe(true);
    expect(await add(2, { key: "key-1", atMs: 9_999_999_999_999 })).toBe(false);
    expect(await add(3, { key: "key-1", chatId: web })).toBe(true);
    expect((await stores.read((tx) => tx.messages.page(CHAT, { limit: 10 }))).items).toEqual([message(1)]);
  });

  test("messages wait until handled, oldest chat first", async () => {
    const stores = await fresh();
    const other = asId<ChatId>("terminal:other");
    await openChat(stores);
    await openChat(stores, other);
    await stores.atomically(async (tx) => {
      await tx.messages.add(message(1, { handledAtMs: 5 }));
      await tx.messages.add(message(2, { chatId: other }));
      await tx.messages.add(message(3));
      await tx.messages.add(message(4));
    });
    const waiting = () => stores.read((tx) => tx.messages.chatsWaiting(10));
    expect(await waiting()).toEqual([other, CHAT]);
    expect((await stores.read((tx) => tx.messages.nextWaiting(CHAT)))?.id).toBe("message-3");
    expect(await stores.atomically((tx) => tx.messages.setHandled(asId("message-3"), 7))).toBe(true);
    expect(await stores.atomically((tx) => tx.messages.setHandled(asId("message-3"), 8))).toBe(false);
    expect((await stores.read((tx) => tx.messages.nextWaiting(CHAT)))?.id).toBe("message-4");
    await stores.atomically((tx) => tx.messages.setHandled(asId("message-4"), 8));
    expect(await waiting()).toEqual([other]);
    expect(await stores.read((tx) => tx.messages.nextWaiting(CHAT))).toBeUndefined();
  });

  test("a chat's messages come in pages, newest first, each once", async () => {
    const stores = await fresh();
    await openChat(stores);
    await stores.atomically(async (tx) => {
      for (let n = 1; n <= 25; n++) await tx.messages.add(message(n));
    });
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await stores.read((tx) => tx.messages.page(CHAT, { limit: 10, before }));
      seen.push(...page.items.map((one) => one.text));
      before = page.next;
    } while (before !== undefined);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `words ${25 - i}`));
  });
}
