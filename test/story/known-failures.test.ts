import { afterEach, expect, test } from "vitest";
import { done } from "../support/fake-tools.ts";
import { account, begin, type CoreLife, type CoreWorld, coreWorld, DESK, PHONE, SHOP } from "./core-house.ts";

/*
 * Twelve failures that people have seen in similar products, each with a test that names it. Seven are here, over the
 * whole core and SQLite; the other five stand in test/conversation/known-failures.test.ts:
 *
 * - a rejected plan proposed again by itself
 * - a superseded card that still confirms
 * - a late answer that decides another plan (a newer plan, a newer revision)
 * - a duplicate delivered after an hour
 * - a card that hides the real endpoint or argument
 *
 * main-story.test.ts shows two of these over real PCs and processes: a resume after a restart asks no model and no
 * person again.
 */

let life: CoreLife;
afterEach(() => life.end());

const ASK = "set the stock of p-101 to 400";
/** A call that stays away until it is told to end. */
const away = (_call: unknown, signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("gone"))));

async function drafted(world: CoreWorld = coreWorld()): Promise<CoreWorld> {
  life = await begin(world);
  await life.say(ASK);
  expect(life.card()).toMatchObject({ state: "draft" });
  return world;
}

test("a confirmation is not consumed when the process dies before it is saved: the plan can still be confirmed", async () => {
  const world = await drafted();
  life.dieAtNextCommit("before");
  await expect(life.press("confirm")).rejects.toThrow();
  await life.kill();
  life = await begin(world);
  expect(await life.run()).toMatchObject({ state: "draft" });
  expect((await life.press("confirm")).decision.kind).toBe("accepted");
  await life.idle();
  expect(life.card()).toMatchObject({ state: "done" });
  expect(world.tools.effects).toHaveLength(1);
});

test("a confirmation that was saved runs, although the process died before anybody heard of it", async () => {
  const world = await drafted();
  life.dieAtNextCommit("after");
  await expect(life.press("confirm")).rejects.toThrow();
  await life.kill();
  expect(world.tools.effects).toEqual([]);
  life = await begin(world);
  await life.idle();
  expect(life.card()).toMatchObject({ state: "done" });
  expect(world.tools.effects).toHaveLength(1);
});

test("a plan confirmed on one face is told in its thread on the other", async () => {
  const world = await drafted();
  const run = await life.run();
  const { decision, reply } = await life.press("confirm", { by: "phone:ben", run });
  expect(decision.kind).toBe("accepted");
  expect(reply).toContain("ben");
  await life.idle();
  expect(life.card(DESK)).toMatchObject({ state: "done" });
  expect(life.card(DESK).notes.join("\n")).toContain("Confirmed by ben");
  expect(world.phone.seen(PHONE)).toEqual([]);
  const late = await life.press("confirm", { by: "desk:ben", run });
  expect(late.decision).toMatchObject({ kind: "too-late", decidedBy: "phone:ben" });
});

test("a press by somebody who may not confirm uses nothing up: the button still works for who may", async () => {
  const world = await drafted();
  for (const by of ["desk:ana", "desk:eve"]) {
    expect((await life.press("confirm", { by })).decision.kind).toBe("refused");
  }
  await life.idle();
  expect(life.card().buttons.map((button) => button.action)).toEqual(["confirm", "edit", "dry-run", "cancel"]);
  expect(world.tools.effects).toEqual([]);
  expect((await life.press("confirm")).decision.kind).toBe("accepted");
  await life.idle();
  expect(life.card()).toMatchObject({ state: "done" });
});

test("a confirmed step is not gated again after a restart, and no model is asked again", async () => {
  const world = await drafted();
  world.tools.next.push(away);
  await life.press("confirm");
  await life.pass(50);
  const asked = world.fleet.requests.length;
  const effects = world.tools.effects.length;
  await life.kill();
  // The write may have happened: a person says so, once. The steps after it need no second confirmation.
  life = await begin(world);
  await life.idle();
  expect(life.card()).toMatchObject({ state: "waiting" });
  expect(world.tools.effects).toHaveLength(effects);
  expect((await life.press("continue")).decision.kind).toBe("accepted");
  await life.idle();
  expect(life.card()).toMatchObject({ state: "done" });
  expect(world.fleet.requests).toHaveLength(asked);
});

test("a permission whose write failed is not remembered", async () => {
  const world = await drafted();
  const { access } = world.project;
  const wider = { ...world.project, access: { ...access, confirm: [...access.confirm, account("desk:ana")] } };
  life.dieAtNextCommit("before");
  await expect(life.stores.atomically((tx) => tx.projects.put(wider))).rejects.toThrow();
  await life.kill();
  life = await begin(world);
  expect((await life.press("confirm", { by: "desk:ana" })).decision.kind).toBe("refused");
  expect(await life.stores.read((tx) => tx.projects.get(SHOP))).toMatchObject({ access });
  expect(await life.run()).toMatchObject({ state: "draft" });
});

test("a run is not left running for ever by a call that never answers", async () => {
  const world = await drafted();
  world.tools.next.push(() => new Promise<never>(() => {}));
  await life.press("confirm");
  await life.pass(50);
  expect(await life.run()).toMatchObject({ state: "running" });
  await life.pass(70_000);
  await life.idle();
  expect(life.card()).toMatchObject({ state: "waiting" });
  expect(life.card().steps.map((step) => step.state)).toEqual(["unknown"]);
  expect(world.tools.effects).toHaveLength(1);
});

test("a run is not left running for ever by a process that died", async () => {
  const world = await drafted();
  world.tools.next.push(away);
  await life.press("confirm");
  await life.pass(50);
  expect(await life.run()).toMatchObject({ state: "running" });
  await life.kill();
  life = await begin(world);
  await life.idle();
  expect(life.card()).toMatchObject({ state: "waiting" });
  expect(life.card().notes.join("\n")).toContain("Piloto stopped while step 1 was under way");
  expect(world.tools.effects.map(({ idempotencyKey }) => idempotencyKey)).toHaveLength(1);
  world.tools.next.push(async (call) => done(call));
  await life.press("retry");
  await life.idle();
  expect(life.card()).toMatchObject({ state: "done" });
});
