import { describe, expect, test } from "vitest";
import type { Logger } from "../../core/ports/logger.ts";
import type { FleetWait } from "../../core/ports/model-fleet.ts";
import { isNews } from "../../src/fleet/route/waiting-notice.ts";
import type { WaitEstimate } from "../../src/fleet/schedule/shapes.ts";
import { createTimers } from "../../src/fleet/timers.ts";
import { manualClock, settle } from "../support/manual-clock.ts";
import { until } from "../support/until.ts";
import { ask, chatsSeen, codeOf, failureOf, model, NEVER, ONE_SLOT, pc, quiet, simulate } from "./simulation.ts";

const A_WHILE = { interactive: 700, batch: 700 };

describe("waiting", () => {
  test("who waits for a load is told where it happens, and about how long it takes", async () => {
    const clock = manualClock();
    const { fleet, control } = await simulate([pc("one")], { clock, timeFactor: 1 });
    const told: FleetWait[] = [];
    const chat = fleet.chat(ask("hello", { onWaiting: (wait) => told.push(wait) }), NEVER);
    await until("it loads", () => control("one").events.length > 0);
    await clock.advance(60);
    expect(told).toMatchObject([{ why: "loading", node: "one", ahead: 0, model: "small:8b" }]);
    expect(told[0]!.aboutMs).toBeGreaterThan(0);
    let isAnswered = false;
    void chat.then(() => (isAnswered = true));
    while (!isAnswered) await clock.advance(100);
    expect(told.length).toBeLessThanOrEqual(3);
  });

  test("who is sent at once is told nothing", async () => {
    const clock = manualClock();
    const { fleet } = await simulate([pc("one")], { clock });
    await fleet.chat(ask("hello"), NEVER);
    const told: FleetWait[] = [];
    await fleet.chat(ask("hello", { onWaiting: (wait) => told.push(wait) }), NEVER);
    await clock.advance(5000);
    expect(told).toEqual([]);
  });

  test("who waits past the waiting time is told that the PCs are busy, and with what model", async () => {
    const clock = manualClock();
    const waitMs = { interactive: 5000, batch: 5000 };
    const { fleet, control } = await simulate([pc("one")], { clock, fleet: { timing: { waitMs }, models: ONE_SLOT } });
    control("one").faults.push({ kind: "hang", chunks: 1 });
    const stop = new AbortController();
    let hasBegun = false;
    const stuck = codeOf(fleet.chat(ask("a b", { onText: () => (hasBegun = true) }), stop.signal));
    await until("it works", () => hasBegun);
    const failure = failureOf(fleet.chat(ask("waits"), NEVER));
    await settle();
    await clock.advance(5000);
    expect(await failure).toMatchObject({ code: "FLEET_BUSY", message: expect.stringMatching(/small:8b.* 5 s/) });
    stop.abort();
    expect(await stuck).toBe("CANCELLED");
  });
});

test.each<[string, Partial<WaitEstimate>, number, Partial<WaitEstimate>, boolean]>([
  ["time that passed as was said", { aboutMs: 10_000 }, 4000, { aboutMs: 6500 }, false],
  ["half as long again", { aboutMs: 10_000 }, 0, { aboutMs: 15_000 }, true],
  ["much sooner", { aboutMs: 10_000 }, 2000, { aboutMs: 3000 }, true],
  ["a second more or less", { aboutMs: 500 }, 0, { aboutMs: 1400 }, false],
  ["another reason", { why: "busy" }, 0, { why: "loading" }, true],
  ["another PC", { why: "loading", node: "one" }, 0, { why: "loading", node: "two" }, true],
  ["a guess where there was none", {}, 0, { aboutMs: 900 }, true],
  ["none where there was none", {}, 9000, {}, false],
])("is %s news to who waits?", (_, told, laterMs, now, isSo) => {
  const base = { ahead: 0, why: "busy" } as const;
  expect(isNews({ wait: { ...base, ...told }, atMs: 0 }, { ...base, ...now }, laterMs)).toBe(isSo);
});

test("who waits for a model whose only PC is down is told that no PC is there, though another is up", async () => {
  const pcs = [pc("one", model("a:1b")), pc("two", model("b:1b"))];
  const { fleet, control } = await simulate(pcs, { fleet: { timing: { probeEveryMs: 20 } } });
  await fleet.models();
  await control("two").goDown();
  const told: FleetWait[] = [];
  const chat = fleet.chat(ask("hello", { model: "b:1b", onWaiting: (wait) => told.push(wait) }), NEVER);
  await until("it was told", () => told.length > 0);
  expect(told[0]).toMatchObject({ why: "no-pc", model: "b:1b" });
  await control("two").comeBack();
  expect(await chat).toMatchObject({ node: "two" });
});

describe("drained PCs", () => {
  test("get no new work, also after a restart, until somebody takes it back", async () => {
    let kept: unknown;
    const memory = { read: () => kept, write: (value: unknown) => (kept = JSON.parse(JSON.stringify(value))) };
    const first = await simulate([pc("one"), pc("two")], { fleet: { memory } });
    await first.fleet.router.drain("one", true);
    for (let i = 0; i < 3; i++) expect((await first.fleet.chat(ask("hello"), NEVER)).node).toBe("two");
    await first.fleet.stop();

    const { fleet } = await simulate([pc("one")], { fleet: { memory, timing: { waitMs: A_WHILE } } });
    expect(await fleet.nodes()).toMatchObject([{ name: "one", health: "up", isDrained: true }]);
    expect(await codeOf(fleet.chat(ask("hello"), NEVER))).toBe("FLEET_BUSY");
    const waits = fleet.chat(ask("hello"), NEVER);
    await fleet.router.drain("one", false);
    expect(await waits).toMatchObject({ node: "one" });
  });

  test("a PC that nobody set cannot be drained", async () => {
    const { fleet } = await simulate([pc("one")]);
    expect(await failureOf(fleet.router.drain("two", true))).toMatchObject({
      code: "SETTINGS_INVALID",
      message: expect.stringContaining("one"),
    });
  });

  test.each([undefined, null, 7, "drained", { drained: "one" }, { scheduler: [[]], drained: [3] }])(
    "what was kept and is %j counts as nothing",
    async (kept) => {
      const memory = { read: () => kept, write() {} };
      const { fleet } = await simulate([pc("one")], { fleet: { memory } });
      expect(await fleet.chat(ask("hello"), NEVER)).toMatchObject({ node: "one" });
    },
  );
});

test("settings that leave a model no PC are told with each PC and what keeps it off", async () => {
  const { simulated } = await simulate([pc("one"), pc("two")]);
  const nodes = simulated.nodes.map((node) => (node.name === "two" ? { ...node, taints: ["games"] } : node));
  const models = { small: {}, "small:8b": { forbidden: ["one"] } };
  const { fleet } = await simulate([pc("three")], { fleet: { nodes, models } });
  const failure = await failureOf(fleet.chat(ask("hello"), NEVER));
  expect(failure?.code).toBe("MODEL_FORBIDDEN");
  expect(failure?.message).toMatch(/small:8b.*one: .*two: .*games.*settings/s);
});

test("chats, vectors and loads of one model carry the same options, so that it is loaded once", async () => {
  const both = model("both:1b", { capabilities: ["completion", "embedding"] });
  const { fleet, control } = await simulate([pc("one", both)], {
    fleet: { models: { both: {}, "both:1b": { options: { num_gpu: 3 } } } },
  });
  const prepared = await fleet.prepare("both:1b", ["embedding"]);
  await fleet.chat(ask("hello", { maxTokens: 9 }), NEVER);
  await fleet.embed({ model: "both:1b", texts: ["a"] }, NEVER);
  expect(chatsSeen(control("one"))[0]!.options).toEqual({ ...prepared.options, num_predict: 9 });
  expect(control("one").events).toEqual(["loading both:1b", "loaded both:1b"]);
});

test("a model that only embeds is loaded for texts", async () => {
  const { fleet, control } = await simulate([pc("one", model("embed:1b", { capabilities: ["embedding"] }))]);
  expect(await fleet.embed({ model: "embed:1b", texts: ["a", "b"] }, NEVER)).toHaveLength(2);
  expect(control("one").events).toEqual(["loading embed:1b", "loaded embed:1b"]);
});

test("no PC is told to keep a model for longer than the settings say", async () => {
  const { fleet, control } = await simulate([pc("one")], { fleet: { keepAlive: "5m" } });
  await fleet.chat(ask("hello"), NEVER);
  const asked = control("one").seen.map(({ body }) => (body as { keep_alive?: unknown } | undefined)?.keep_alive);
  expect(asked.filter((keep) => keep !== undefined)).toEqual([300, 300]);
});

const entry = (name: string, more: object = {}) => ({ name, model: name, size: 5e9, size_vram: 5e9, ...more });

test.each([
  ["models that it does not have", [entry("ghost:1b"), entry("small:8b")], /does not have/],
  ["sizes below nought", [entry("small:8b", { size: -1, size_vram: -5e30 })], undefined],
  ["another time of day", [entry("small:8b", { expires_at: "1970-01-01T00:00:00Z" })], undefined],
  ["a list without end", Array.from({ length: 20_000 }, (_, i) => entry(`m${i}:1b`)), /\/api\/ps/],
  ["megabytes of list", Array.from({ length: 2 ** 17 }, (_, i) => entry(`model-${i}:1b`)), /bytes/],
])("a PC that tells %s of what it holds still answers", async (_, models, oddity) => {
  const { fleet, control } = await simulate([pc("one")]);
  control("one").overrides.set("/api/ps", { status: 200, body: JSON.stringify({ models }) });
  expect(await fleet.chat(ask("hello"), NEVER)).toMatchObject({ text: "hello" });
  const [node] = await fleet.nodes();
  expect(node).toMatchObject({ health: "up" });
  expect(node!.resident.length).toBeLessThanOrEqual(1);
  if (oddity) expect(node!.reason).toMatch(oddity);
  else expect(node!.reason).toBeUndefined();
});

test("a model that changes behind its name, and another Ollama, are noticed and said once", async () => {
  const clock = manualClock();
  const said: string[] = [];
  const logger: Logger = { ...quiet, warn: (_, text) => void said.push(text) };
  const { fleet, control } = await simulate([pc("one")], { clock, fleet: { logger } });
  fleet.start();
  await fleet.models();
  control("one").overrides.set("/api/version", { status: 200, body: '{"version":"0.99.0"}' });
  const tags = { models: [{ name: "small:8b", digest: "other", size: 5e9, capabilities: ["completion"] }] };
  control("one").overrides.set("/api/tags", { status: 200, body: JSON.stringify(tags) });
  for (let s = 0; s < 70; s += 5) {
    await clock.advance(5000);
    await until("the looks have ended", () => control("one").seen.every(({ state }) => state === "answered"));
    await settle();
  }
  expect(said).toEqual(["a PC has another version of Ollama", "a model changed on a PC"]);
});

test("a PC that accepts and never answers is down after two looks, and its request goes elsewhere", async () => {
  const clock = manualClock();
  const { fleet, control } = await simulate([pc("one"), pc("two")], { clock });
  await fetch(`${control("one").url}/api/generate`, {
    method: "POST",
    body: JSON.stringify({ model: "small:8b", stream: false, shift: false, options: { num_ctx: 8192 } }),
  });
  fleet.start();
  await fleet.models();
  control("one").faults.push({ kind: "hang", chunks: 0 });
  for (const path of ["/api/ps", "/api/ps", "/api/version", "/api/version"]) {
    control("one").faults.push({ kind: "hang", path, chunks: 0 });
  }
  const chat = fleet.chat(ask("hello"), NEVER);
  await until("one has it", () => control("one").counts().active === 1);
  let node = "";
  void chat.then((reply) => (node = reply.node));
  const health = async () => (await fleet.nodes())[0]!.health;
  for (let s = 0; s < 20 && (node === "" || (await health()) !== "down"); s++) {
    await clock.advance(1000);
    await settle();
  }
  expect(node).toBe("two");
  expect((await fleet.nodes())[0]).toMatchObject({ health: "down", reason: expect.stringContaining("3 s") });
  await until("its slot is free", () => control("one").counts().active === 0);
});

describe("due times", () => {
  test("ring in their order, however they were set, and not when they were taken back", async () => {
    const clock = manualClock();
    const timers = createTimers(clock);
    const rung: number[] = [];
    const dues = [50, 10, 40, 20, 30].map((ms) => timers.at(clock.nowMs() + ms, () => rung.push(ms)));
    dues[2]!.cancel();
    dues[2]!.cancel();
    await clock.advance(45);
    expect(rung).toEqual([10, 20, 30]);
    timers.stop();
    await clock.advance(100);
    expect(rung).toEqual([10, 20, 30]);
  });

  test("thousands that are set and taken back leave one sleeper", async () => {
    const clock = manualClock();
    const timers = createTimers(clock);
    const dues = Array.from({ length: 5000 }, (_, i) => timers.at(clock.nowMs() + 10_000 - i, () => {}));
    for (const due of dues.slice(1)) due.cancel();
    await settle();
    expect(clock.sleepers).toBe(1);
    await clock.advance(20_000);
    expect(clock.sleepers).toBe(0);
  });
});
