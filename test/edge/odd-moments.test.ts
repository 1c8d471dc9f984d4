import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AccountId, ChatId, ProjectId } from "../../core/domain/ids.ts";
import { denyEndpoints } from "../../src/tools/allow-endpoints.ts";
import { createEgress } from "../../src/tools/egress.ts";
import { addService, removeService } from "../../src/tools/services.ts";
import type { Life } from "../story/story-house.ts";
import { CONFIRM, type EdgeWorld, openEdgeWorld, proposeCall, wakeIn } from "./edge-world.ts";
import { expectPlain } from "./program-house.ts";

let world: EdgeWorld;
let life: Life;
beforeEach(async () => {
  world = await openEdgeWorld();
  life = await wakeIn(world);
});
afterEach(async () => {
  await life.stop();
  await world.stop();
});

const shop = { projectId: "floor" as ProjectId, name: "shop", by: "terminal:ben" as AccountId };
const things = { body: { name: "bolt" } };

describe("two faces at once", () => {
  test("both confirm in the same moment: one starts it, the other hears who did, and it runs once", async () => {
    await proposeCall(life, "POST /things", things);
    const { runId, revision } = life.card();
    const press = (by: string) =>
      life.house.core.pressButton({ runId, revision, action: "confirm", by: by as AccountId });
    const both = await Promise.all([press("terminal:ana"), press("terminal:ben"), press("terminal:ana")]);
    expect(both.filter(({ decision }) => decision.kind === "accepted")).toHaveLength(1);
    for (const { decision, reply } of both) {
      if (decision.kind !== "accepted") expect(reply).toMatch(/Too late: .*decided by (ana|ben)/);
    }
    await life.waitFor("done");
    expect(world.asked()).toBe(1);
  });

  test("one confirms while another cancels: what the card says is what happened", async () => {
    await proposeCall(life, "POST /things", things);
    const { runId, revision } = life.card();
    const press = (by: string, action: "confirm" | "cancel") =>
      life.house.core.pressButton({ runId, revision, action, by: by as AccountId });
    const both = await Promise.all([press("terminal:ana", "cancel"), press("terminal:ben", "confirm")]);
    expect(both.filter(({ decision }) => decision.kind === "accepted")).toHaveLength(1);
    const isConfirmed = both[1].decision.kind === "accepted";
    await life.waitFor(isConfirmed ? "done" : "cancelled");
    expect(world.asked()).toBe(isConfirmed ? 1 : 0);
  });
});

describe("a draft that is edited to nonsense", () => {
  test.each([
    ["a step that is not there", { kind: "drop", step: 99 }],
    ["a place that is not there", { kind: "move", step: 1, to: 7 }],
    ["the only step", { kind: "drop", step: 1 }],
    ["an argument that nobody takes", { kind: "set", step: 1, path: ["query", "colour"], value: "red" }],
    ["a prototype", { kind: "set", step: 1, path: ["__proto__", "polluted"], value: true }],
    ["the wrong type", { kind: "set", step: 1, path: ["body"], value: "text" }],
  ])("%s: is told what is wrong, and the draft stands as it was", async (_what, change) => {
    await proposeCall(life, "POST /things", things);
    const before = life.card();
    await life.begin({ as: "ana", press: "edit", run: "latest", change });
    const last = life.presses().at(-1) as { reply?: string; decision?: { kind: string } } | undefined;
    expect(last?.decision?.kind).not.toBe("accepted");
    expect(last?.reply).toMatch(/\p{L}{3,}.*[.?]/u);
    expectPlain(last?.reply ?? "");
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const now = await life.house.stores.read((tx) => tx.runs.get(before.runId));
    expect(now).toMatchObject({ state: "draft", revision: before.revision });
  });
});

describe("a service that changes under a plan", () => {
  test("removed while its plan waits: a confirm calls nothing, and says why", async () => {
    await proposeCall(life, "POST /things", things);
    await removeService(shop, life.house);
    await life.begin(CONFIRM);
    await life.waitFor("error");
    const card = life.card();
    expect(`${card.steps[0]?.note} ${card.notes.join(" ")}`).toMatch(/not registered|no longer|gone|there is no/i);
    expect(world.asked()).toBe(0);
  });

  test("an endpoint denied after the plan was shown is not called", async () => {
    await proposeCall(life, "POST /things", things);
    await denyEndpoints({ ...shop, patterns: ["POST /things"] }, life.house);
    await life.begin(CONFIRM);
    await life.waitFor("error");
    const card = life.card();
    expect(`${card.steps[0]?.note} ${card.notes.join(" ")}`).toMatch(/allow/i);
    expect(world.asked()).toBe(0);
  });

  test("removed while a call to it runs: the call ends as it ends, and the card says so", async () => {
    let finish: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      world.answer = (_request, response) => {
        finish = () => void response.writeHead(200, { "content-type": "application/json" }).end('{"made":1}');
        resolve();
      };
    });
    await proposeCall(life, "POST /things", things);
    const played = life.begin(CONFIRM);
    await arrived;
    await removeService(shop, life.house);
    finish();
    expect((await life.waitFor("done")).steps[0]?.note).toContain("200");
    expect(await played).toBe(0);
  });

  test("added twice at once: one is registered, the other is told it exists", async () => {
    const { house } = life;
    const given = { ...shop, name: "twice", source: world.workshop.url };
    const deps = { stores: house.stores, clock: house.clock, ids: house.ids, egress: createEgress() };
    const both = await Promise.allSettled([addService(given, deps), addService(given, deps)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(both.find((one) => one.status === "rejected")?.reason).toMatchObject({ code: "SERVICE_EXISTS" });
  });
});

describe("odd things said", () => {
  const say = (text: string, chatId = "terminal:floor") =>
    life.house.core.receiveMessage({
      key: `terminal:${Math.random()}`,
      chatId: chatId as ChatId,
      account: "terminal:ana" as AccountId,
      text,
      projectId: "floor" as ProjectId,
    });

  test("10 MB are refused with the size and the limit, and the chat goes on", async () => {
    const received = await say("word ".repeat(2_000_000));
    expect(received).toMatchObject({ kind: "refused", reply: expect.stringMatching(/10000 kB.*at most 100 kB/) });
    await life.play({ as: "ana", say: "hello" }, { wait: "idle" });
    expect(life.said().at(-1)).toMatch(/^Hello, I am Piloto/);
  });

  test("a message of nothing but control characters holds no text", async () => {
    expect(await say("\u0000\u001b[2J\u202e\u200b\u0007")).toMatchObject({
      kind: "refused",
      reply: expect.stringContaining("no text"),
    });
  });

  test("what an escape hides in a message does not become a goal on a card", async () => {
    await life.play({ as: "ana", say: "Look at all \u001b[8m\u202ethings\u001b[0m of the shop" }, { wait: "idle" });
    for (const card of life.cards()) expectPlain(card.goal);
    for (const text of life.said()) expectPlain(text);
    expect(life.cards().length + life.said().length).toBeGreaterThan(0);
  });

  test("chats whose names look like paths, escapes or the whole alphabet are chats", async () => {
    for (const name of [
      "../../etc/passwd",
      "a\u001b[31mb",
      "'; drop table runs; --",
      "ñ".repeat(5_000),
      "\u0000",
      " ",
    ]) {
      const received = await say("hello", `terminal:${name}`);
      expect(received.kind).toMatch(/accepted|refused/);
    }
    await life.house.core.idle();
    await life.play({ as: "ana", say: "hello" }, { wait: "idle" });
    expect(life.said().filter((text) => text.startsWith("Hello"))).not.toHaveLength(0);
  });
});

describe("a secret with line ends in it", () => {
  test("does not add headers, is not shown, and the card says what is wrong with it", async () => {
    const { house } = life;
    await removeService(shop, house);
    const secret = "service:floor/shop";
    await house.secrets.put(secret, "t0ken\r\nX-Admin: yes", shop.by);
    const deps = { stores: house.stores, clock: house.clock, ids: house.ids, egress: createEgress() };
    const source = house.settings.projects[0]?.services[0]?.source ?? "";
    await addService({ ...shop, source, auth: { kind: "bearer", secret } }, deps);
    let headers: Record<string, unknown> = {};
    world.answer = (request, response) => {
      headers = request.headers;
      response.end("{}");
    };
    await proposeCall(life, "GET /things");
    await life.begin(CONFIRM);
    const card = await life.waitFor("error");
    expect(headers["x-admin"]).toBeUndefined();
    expect(world.asked()).toBe(0);
    expect(JSON.stringify(card)).not.toContain("t0ken");
    expect(card.steps[0]?.note).toMatch(/secret|credential|header/i);
  });
});
