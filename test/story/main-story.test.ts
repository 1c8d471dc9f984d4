import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { verifyAudit } from "../../core/access/verify-audit.ts";
import { type Life, openWorld, type World, wake } from "./story-house.ts";

let world: World;
let life: Life;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  world.workshop.control.reset();
  life = await wake(world);
});
afterEach(() => life.stop());

const stockOf = (name: string) => world.workshop.state.parts.find((part) => part.name === name)?.stock;
/** How often any PC's model was asked. */
const questions = () =>
  ["pc-north", "pc-south"].flatMap((name) => world.pcs.control(name).seen.filter((seen) => seen.path === "/api/chat"))
    .length;
const ASK = "the stock of M8 bolts is wrong, set it to 400 and tell the workshop";

test("a request is planned, edited, confirmed by another person, run, and reported in the thread", async () => {
  await life.play({ as: "ana", say: ASK }, { wait: "card", state: "draft" });
  const draft = life.card();
  expect(draft.steps.map((step) => step.operation)).toEqual([
    "workshop GET /parts",
    "workshop PUT /parts/{partId}/stock",
    "workshop POST /notices",
  ]);
  expect(draft.buttons.map((button) => button.action)).toEqual(["confirm", "edit", "dry-run", "cancel"]);
  expect(stockOf("M8 bolt")).toBe(240);

  const change = { kind: "set", step: 2, path: ["body", "quantity"], value: 300 };
  await life.play({ as: "ana", press: "edit", change }, { wait: "idle" });
  const edited = life.card();
  expect(edited).toMatchObject({ revision: 2, state: "draft" });
  expect(edited.hash).not.toBe(draft.hash);
  expect(edited.notes.join("\n")).toMatch(/400.*300/);

  // What ana saw first is no more, and ana may not confirm at all.
  await life.play({ as: "ben", press: "confirm", revision: 1 }, { as: "ana", press: "confirm" });
  const [, late, refused] = life.presses();
  expect(late).toMatchObject({ decision: { kind: "too-late", why: "revised", decidedBy: "terminal:ana" } });
  expect(refused).toMatchObject({ decision: { kind: "refused" } });
  expect(stockOf("M8 bolt")).toBe(240);

  await life.play({ as: "ben", press: "confirm" }, { wait: "idle" });
  const done = life.card();
  expect(done).toMatchObject({ state: "done", revision: 2, buttons: [] });
  expect(done.steps.map((step) => step.state)).toEqual(["done", "done", "done"]);
  expect(done.notes.join("\n")).toContain("ben");
  expect(stockOf("M8 bolt")).toBe(300);
  expect(world.workshop.state.changes.map((change) => change.operation)).toEqual([
    "PUT /parts/p-101/stock",
    "POST /notices",
  ]);

  await life.play({ as: "ben", press: "confirm" });
  expect(life.presses().at(-1)).toMatchObject({ decision: { kind: "too-late", decidedBy: "terminal:ben" } });
  expect(await verifyAudit([], { stores: life.house.stores })).toMatchObject({ kind: "whole" });
});

test("a confirmation in words, in Spanish, does the same", async () => {
  await life.play(
    { chat: "taller" },
    { as: "ben", say: "pon el stock de los tornillos M8 bolt a 350" },
    { wait: "idle" },
  );
  expect(life.card().state).toBe("draft");
  await life.play({ chat: "taller" }, { as: "ben", say: "dale" }, { wait: "idle" });
  expect(life.card().state).toBe("done");
  expect(stockOf("M8 bolt")).toBe(350);
});

test("Stop while a step runs ends the run, and the card says what became of the step", async () => {
  await life.play({ chat: "stop" }, { as: "ben", say: ASK }, { wait: "card", state: "draft" });
  world.workshop.control.delayMs = 10_000;
  await life.play(
    { chat: "stop" },
    { as: "ben", press: "confirm" },
    { wait: "card", state: "running" },
    { as: "ana", press: "stop" },
    { as: "ben", press: "stop" },
    { wait: "card", state: "cancelled" },
  );
  const card = life.card();
  expect(card.steps.map((step) => step.state)).toEqual(["cancelled", "cancelled", "cancelled"]);
  expect(life.presses().map((press) => press.decision)).toMatchObject([
    { kind: "accepted" },
    { kind: "refused" },
    { kind: "accepted" },
  ]);
  expect(card.notes.join("\n")).toMatch(/ben/);
  expect(world.workshop.state.changes).toEqual([]);
});

test("a PC that dies in the middle of its answer does not lose the question", async () => {
  for (const name of ["pc-north", "pc-south"]) {
    world.pcs.control(name).faults.push({ kind: "disconnect", chunks: 1 });
  }
  await life.play({ chat: "pc" }, { as: "ana", say: ASK }, { wait: "idle" });
  const told = [...life.said(), ...life.cards().map((card) => card.headline)];
  expect(told.length).toBeGreaterThan(0);
  for (const name of ["pc-north", "pc-south"]) world.pcs.control(name).faults.length = 0;
  await life.play({ chat: "pc" }, { as: "ana", say: ASK }, { wait: "card", state: "draft" });
  expect(life.card().steps).toHaveLength(3);
});

test("a PC that is gone is not asked: another one plans", async () => {
  await world.pcs.control("pc-north").goDown();
  await life.play({ chat: "gone" }, { as: "ana", say: ASK }, { wait: "card", state: "draft" });
  expect(life.card().steps).toHaveLength(3);
  await world.pcs.control("pc-north").comeBack();
});

test("a service that fails is told with its answer, and a person retries the step alone", async () => {
  await life.play({ chat: "down" }, { as: "ben", say: ASK }, { wait: "card", state: "draft" });
  world.workshop.control.faults.push({ kind: "delay", ms: 0 }, { kind: "error", status: 409 });
  await life.play({ chat: "down" }, { as: "ben", press: "confirm" }, { wait: "idle" });
  const failed = life.card();
  expect(failed.state).toBe("error");
  expect(failed.steps.map((step) => step.state)).toEqual(["done", "error", "pending"]);
  expect(JSON.stringify(failed)).toContain("409");
  await life.play({ chat: "down" }, { as: "ben", press: "retry" }, { wait: "idle" });
  expect(life.card().state).toBe("done");
  expect(world.workshop.state.changes.map((change) => change.operation)).toEqual([
    "PUT /parts/p-101/stock",
    "POST /notices",
  ]);
});

test("a step whose answer never came is not repeated: a person looks, and continues", async () => {
  await life.play({ chat: "unknown" }, { as: "ben", say: ASK }, { wait: "card", state: "draft" });
  world.workshop.control.faults.push({ kind: "delay", ms: 0 }, { kind: "cut", when: "after" });
  await life.play({ chat: "unknown" }, { as: "ben", press: "confirm" }, { wait: "card", state: "waiting" });
  const waiting = life.card();
  expect(waiting.steps.map((step) => step.state)).toEqual(["done", "unknown", "pending"]);
  expect(waiting.buttons.map((button) => button.action)).toEqual(["continue", "retry", "abandon"]);
  await life.play({ chat: "unknown" }, { as: "ben", press: "continue" }, { wait: "idle" });
  expect(life.card().state).toBe("done");
  expect(world.workshop.state.changes.map((change) => change.operation)).toEqual([
    "PUT /parts/p-101/stock",
    "POST /notices",
  ]);
});

test("a run goes on after a restart in the middle, without a new confirmation and without a model", async () => {
  await life.play({ chat: "restart" }, { as: "ben", say: ASK }, { wait: "card", state: "draft" });
  const { runId, hash } = life.card();
  world.workshop.control.delayMs = 1_500;
  const played = life.begin({ chat: "restart" }, { as: "ben", press: "confirm" });
  await life.waitFor("running");
  await life.stop();
  await played;
  world.workshop.control.delayMs = 0;
  const asked = questions();

  life = await wake(world);
  await life.play({ chat: "restart" }, { wait: "idle" });
  expect(life.card()).toMatchObject({ runId, hash, state: "done" });
  expect(world.workshop.state.changes.map((change) => change.operation)).toEqual([
    "PUT /parts/p-101/stock",
    "POST /notices",
  ]);
  expect(questions()).toBe(asked);
});
