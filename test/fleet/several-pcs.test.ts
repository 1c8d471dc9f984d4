import { expect, test } from "vitest";
import type { FleetWait } from "../../core/ports/model-fleet.ts";
import type { Brain } from "../../src/demo/brain.ts";
import { createFleet } from "../../src/fleet/fleet.ts";
import { fastClock } from "../support/fast-clock.ts";
import { manualClock, settle } from "../support/manual-clock.ts";
import { until } from "../support/until.ts";
import {
  ask,
  chatsSeen,
  codeOf,
  failureOf,
  IMPATIENT,
  model,
  NEVER,
  ONE_SLOT,
  pc,
  quiet,
  simulate,
} from "./simulation.ts";

const A_MOMENT = { interactive: 300, batch: 300 };

test("another PC answers when one fails before its first token", async () => {
  const { fleet, control } = await simulate([pc("one"), pc("two")]);
  control("one").faults.push({ kind: "disconnect", chunks: 0 });
  expect(await fleet.chat(ask("hello"), NEVER)).toMatchObject({ text: "hello", node: "two" });
});

test("another PC answers when one is too busy", async () => {
  const { fleet, control } = await simulate([pc("one"), pc("two")]);
  control("one").faults.push({ kind: "status", status: 503, error: "server busy, please try again." });
  expect(await fleet.chat(ask("hello"), NEVER)).toMatchObject({ node: "two" });
});

test("no other PC is asked once a token was heard", async () => {
  const { fleet, control } = await simulate([pc("one"), pc("two")]);
  control("one").faults.push({ kind: "disconnect", chunks: 2 });
  const pieces: string[] = [];
  const chat = fleet.chat(ask("one two three", { onText: (text) => pieces.push(text) }), NEVER);
  expect(await codeOf(chat)).toBe("ANSWER_CUT_OFF");
  expect(pieces).toEqual(["one", " two"]);
  expect(chatsSeen(control("two"))).toEqual([]);
});

test("when PC after PC fails, none is asked twice and the last failure is told", async () => {
  const { fleet, control } = await simulate([pc("one"), pc("two"), pc("three")]);
  for (const name of ["one", "two", "three"]) {
    control(name).faults.push({ kind: "status", status: 500, error: "out of memory" });
  }
  const failure = await failureOf(fleet.chat(ask("hello"), NEVER));
  expect(failure).toMatchObject({ code: "NODE_FAILED", message: expect.stringContaining("out of memory") });
  const asked = ["one", "two", "three"].map((name) => chatsSeen(control(name)).length);
  expect(Math.max(...asked)).toBe(1);
  expect(asked.filter((times) => times === 1).length).toBeGreaterThanOrEqual(2);
});

test("with all PCs down a request waits, and the failure at last names each and its reason", async () => {
  const { fleet, control } = await simulate([pc("one"), pc("two")], { fleet: { timing: IMPATIENT } });
  await Promise.all([control("one").goDown(), control("two").goDown()]);
  const failure = await failureOf(fleet.chat(ask("hello"), NEVER));
  expect(failure?.code).toBe("FLEET_EMPTY");
  expect(failure?.message).toMatch(/one .*nothing listens there.*two .*nothing listens there/);
});

test("with no PC set the failure says so", async () => {
  const { fleet } = await simulate([]);
  expect(await failureOf(fleet.chat(ask("hello"), NEVER))).toMatchObject({
    code: "FLEET_EMPTY",
    message: expect.stringContaining("None is set"),
  });
});

test("with all PCs gone requests wait, are told so, and go on when one returns", async () => {
  const timing = { probeEveryMs: 20 };
  const { fleet, control } = await simulate([pc("one")], { fleet: { timing } });
  await fleet.models();
  await control("one").goDown();
  const told: FleetWait[] = [];
  const chats = ["hello", "there"].map((text) =>
    fleet.chat(ask(text, { onWaiting: (wait) => told.push(wait) }), NEVER),
  );
  await until("they were told", () => told.length >= 2);
  expect(told).toContainEqual(expect.objectContaining({ why: "no-pc", model: "small:8b" }));
  await control("one").comeBack();
  expect((await Promise.all(chats)).map(({ text }) => text)).toEqual(["hello", "there"]);
});

test("a request that comes before any PC was ever seen is told so, and waits for the first", async () => {
  const { fleet, control } = await simulate([pc("one")], { fleet: { timing: { probeEveryMs: 20 } } });
  await control("one").goDown();
  const told: FleetWait[] = [];
  const chat = fleet.chat(ask("hello", { onWaiting: (wait) => told.push(wait) }), NEVER);
  await until("it was told", () => told.length > 0);
  expect(told).toMatchObject([{ why: "no-pc" }]);
  await control("one").comeBack();
  expect(await chat).toMatchObject({ text: "hello" });
});

test("a PC that dies is marked down and one that returns is marked up, by looking every five seconds", async () => {
  const clock = manualClock();
  const { fleet, control } = await simulate([pc("one"), pc("two")], { clock });
  fleet.start();
  const health = async () => (await fleet.nodes()).map((node) => node.health);
  expect(await health()).toEqual(["up", "up"]);

  await control("two").goDown();
  await lookUntil(async () => (await health())[1] === "down");
  expect((await fleet.nodes())[1]!.reason).toContain("nothing listens there");
  expect((await fleet.models())[0]!.nodes).toEqual(["one"]);

  await control("two").comeBack();
  await lookUntil(async () => (await health())[1] === "up");
  expect((await fleet.models())[0]!.nodes).toEqual(["one", "two"]);

  async function lookUntil(isSo: () => Promise<boolean>) {
    for (let looks = 0; looks < 20; looks++) {
      if (await isSo()) return;
      await clock.advance(5000);
      await until("the looks have ended", () => control("one").seen.every(({ state }) => state === "answered"));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error("It did not become so within 20 looks.");
  }
});

test("a PC that hangs on every look is down, and does not hold up the others", async () => {
  const clock = manualClock();
  const { fleet, control } = await simulate([pc("one"), pc("two")], { clock });
  control("two").faults.push({ kind: "hang", path: "/api/version", chunks: 0 });
  const nodes = fleet.nodes();
  await until("two was asked", () => control("two").seen.length === 1);
  await until("one was looked at", () =>
    control("one").seen.some(({ path, state }) => path === "/api/ps" && state === "answered"),
  );
  await settle();
  await clock.advance(3000);
  expect(await nodes).toMatchObject([{ health: "up" }, { health: "down", reason: expect.stringContaining("3 s") }]);
});

test("a PC that answers nonsense to /api/ps still works", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  for (const body of ["null", '{"models":[{"name":7}]}', "<html>", "[]"]) {
    control("one").overrides.set("/api/ps", { status: 200, body });
    expect(await fleet.chat(ask("hello"), NEVER)).toMatchObject({ text: "hello" });
    expect(await fleet.nodes()).toMatchObject([{ health: "up" }]);
  }
});

test("a request goes where its model is loaded already", async () => {
  const { fleet, control } = await simulate([pc("one"), pc("two")]);
  await fetch(`${control("two").url}/api/generate`, { method: "POST", body: '{"model":"small:8b","stream":false}' });
  expect(control("two").resident()).toEqual([{ model: "small:8b", isLoading: false }]);
  expect(await fleet.chat(ask("hello"), NEVER)).toMatchObject({ node: "two" });
});

test("with the model loaded on both, a chat stays on its PC", async () => {
  const { fleet, control } = await simulate([pc("one"), pc("two")], { fleet: { models: ONE_SLOT } });
  for (const name of ["one", "two"]) {
    const load = JSON.stringify({ model: "small:8b", stream: false, shift: false, options: { num_ctx: 8192 } });
    await fetch(`${control(name).url}/api/generate`, { method: "POST", body: load });
  }
  const chat = async (affinity: string) => (await fleet.chat(ask("hello", { affinity }), NEVER)).node;
  const [ana, ben] = await Promise.all([chat("ana"), chat("ben")]);
  expect([ana, ben].sort()).toEqual(["one", "two"]);
  for (let i = 0; i < 3; i++) expect([await chat("ben"), await chat("ana")]).toEqual([ben, ana]);
});

test("no PC works on more requests for a model than its cap, and all are answered", async () => {
  const most = { one: 0, two: 0 };
  const names = ["one", "two"] as const;
  const brain: Brain = ({ messages }) => {
    for (const name of names) {
      const { active, waiting, pending } = situation.control(name).counts();
      most[name] = Math.max(most[name], active + waiting + pending);
    }
    return { text: messages.at(-1)!.content };
  };
  const parallel = model("small:8b", { numParallel: 8 });
  const quick = (name: string) => ({ ...pc(name, parallel), loadBytesPerSecond: 1e15 });
  const situation = await simulate([quick("one"), quick("two")], {
    brain,
    timeFactor: 0.1,
    fleet: { models: { "small:8b": { slots: 2 } } },
  });
  const asked = Array.from({ length: 40 }, (_, i) => `request ${i}`);
  const replies = await Promise.all(asked.map((text) => situation.fleet.chat(ask(text), NEVER)));
  expect(replies.map((reply) => reply.text)).toEqual(asked);
  expect(most).toEqual({ one: 2, two: 2 });
});

test("when the line is full the next request is told that the fleet is busy", async () => {
  const { fleet, control } = await simulate([pc("one")], { fleet: { limits: { waiting: 2 }, models: ONE_SLOT } });
  control("one").faults.push({ kind: "hang", chunks: 0 });
  const stop = new AbortController();
  const chats = [codeOf(fleet.chat(ask("works"), stop.signal))];
  await until("one is under way", () => control("one").counts().active === 1);
  for (const text of ["waits", "waits"]) chats.push(codeOf(fleet.chat(ask(text), stop.signal)));
  await until("two wait", () => fleet.router.overview().queues[0]?.interactive === 2);
  expect(await codeOf(fleet.chat(ask("too many"), NEVER))).toBe("FLEET_BUSY");
  stop.abort();
  expect(await Promise.all(chats)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
  expect(await fleet.chat(ask("room again"), NEVER)).toMatchObject({ text: "room again" });
});

test("interactive requests go before batch requests that came earlier", async () => {
  const order: string[] = [];
  const brain: Brain = ({ messages }) => {
    order.push(messages.at(-1)!.content);
    return { text: "ok" };
  };
  // Batch leaves the only PC to those who asked at a screen for a while.
  const clock = fastClock(20);
  const { fleet, control } = await simulate([pc("one")], { brain, clock, fleet: { models: ONE_SLOT } });
  control("one").faults.push({ kind: "hang", chunks: 0 });
  const first = new AbortController();
  const blocked = codeOf(fleet.chat(ask("first"), first.signal));
  await until("the slot is taken", () => control("one").counts().active === 1);
  const rest = [
    fleet.chat(ask("batch 1", { priority: "batch" }), NEVER),
    fleet.chat(ask("batch 2", { priority: "batch" }), NEVER),
    fleet.chat(ask("person 1", { priority: "interactive" }), NEVER),
    fleet.chat(ask("person 2"), NEVER),
  ];
  await until("they wait", () => control("one").counts().active === 1);
  first.abort();
  await Promise.all([blocked, ...rest]);
  expect(order).toEqual(["first", "person 1", "person 2", "batch 1", "batch 2"]);
});

test("when the last PC goes down who works and who waits is told so in the end", async () => {
  const { fleet, control } = await simulate([pc("one")], { fleet: { timing: { ...IMPATIENT, waitMs: A_MOMENT } } });
  control("one").faults.push({ kind: "hang", chunks: 0 });
  const chats = [failureOf(fleet.chat(ask("works"), NEVER)), failureOf(fleet.chat(ask("waits"), NEVER))];
  await until("one is under way", () => control("one").counts().active === 1);
  await control("one").goDown();
  expect((await Promise.all(chats)).map((failure) => failure?.code)).toEqual(["FLEET_EMPTY", "FLEET_EMPTY"]);
});

test("requests for another model do not wait behind a busy one", async () => {
  const { fleet, control } = await simulate([pc("one", model("a:1b"), model("b:1b"))]);
  control("one").faults.push({ kind: "hang", chunks: 0 });
  const stop = new AbortController();
  const stuck = codeOf(fleet.chat(ask("stuck", { model: "a:1b" }), stop.signal));
  await until("a is under way", () => control("one").counts().active === 1);
  expect(await fleet.chat(ask("free", { model: "b:1b" }), NEVER)).toMatchObject({ text: "free" });
  stop.abort();
  await stuck;
});

test("two requests for a model that is nowhere load it once", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  const chats = await Promise.all(["first", "second"].map((text) => fleet.chat(ask(text), NEVER)));
  expect(chats.map(({ text }) => text)).toEqual(["first", "second"]);
  expect(control("one").events).toEqual(["loading small:8b", "loaded small:8b"]);
});

test("a request that waits can be cancelled while the one before it goes on", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  control("one").faults.push({ kind: "hang", chunks: 0 });
  const [first, second] = [new AbortController(), new AbortController()];
  const works = codeOf(fleet.chat(ask("works"), first.signal));
  await until("it works", () => control("one").counts().active === 1);
  const waits = codeOf(fleet.chat(ask("waits"), second.signal));
  await settle();
  second.abort();
  expect(await waits).toBe("CANCELLED");
  expect(control("one").counts().active).toBe(1);
  first.abort();
  expect(await works).toBe("CANCELLED");
});

test("a request that waits goes to a PC that comes up", async () => {
  const clock = manualClock();
  const { fleet, control } = await simulate([pc("one"), pc("two")], { clock, fleet: { models: ONE_SLOT } });
  await control("two").goDown();
  fleet.start();
  await fleet.nodes();
  control("one").faults.push({ kind: "hang", chunks: 0 });
  const stop = new AbortController();
  const stuck = codeOf(fleet.chat(ask("stuck"), stop.signal));
  await until("one works", () => control("one").counts().active === 1);
  const waits = fleet.chat(ask("waits"), NEVER);
  await settle();
  await control("two").comeBack();
  for (let s = 0; s < 9; s++) await clock.advance(1000);
  expect(await waits).toMatchObject({ text: "waits", node: "two" });
  stop.abort();
  await stuck;
});

test("two PCs of one name are refused at the start", () => {
  const nodes = ["http://a", "http://b"].map((url) => ({ name: "gpu", url }));
  expect(() => createFleet({ nodes, clock: manualClock(), logger: quiet })).toThrow("Two GPU PCs are named gpu");
});
