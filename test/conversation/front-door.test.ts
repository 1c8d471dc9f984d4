import { afterEach, expect, test } from "vitest";
import { words } from "../../core/words/words.ts";
import { account, begin, type CoreLife, coreWorld, DESK, PHONE, SHOP } from "../story/core-house.ts";

const lives: CoreLife[] = [];
afterEach(async () => {
  for (const life of lives.splice(0)) await life.end();
});

async function live(world = coreWorld()): Promise<CoreLife> {
  const life = await begin(world);
  lives.push(life);
  return life;
}

test("a person links two apps, and confirms from one what the other's account may confirm", async () => {
  const life = await live();
  const { core } = life;
  const bea = account("phone:bea");
  await life.say("set the stock of p-101 to 400");
  expect(await life.press("confirm", { by: "phone:bea" })).toMatchObject({ decision: { kind: "refused" } });
  expect(await core.overview({ account: bea })).toMatchObject({ isKnown: false, waiting: [] });
  const { text } = await core.command({ command: "link", account: account("desk:ben"), projectId: SHOP });
  const rest = /[A-Z2-9]{4}-[A-Z2-9]{4}/.exec(text)?.[0] ?? "";
  const linked = await core.command({ command: "link", account: bea, rest, name: "Bea", projectId: SHOP });
  expect(linked.text).toBe(words("en").menu.link.done("desk:ben"));
  const { waiting } = await core.overview({ account: bea });
  expect(waiting.map(({ run }) => run.id)).toEqual([(await life.run()).id]);
  expect(await life.press("confirm", { by: "phone:bea" })).toMatchObject({ decision: { kind: "accepted" } });
  await life.idle();
  expect(await life.run()).toMatchObject({ state: "done", decidedBy: "phone:bea" });
});

test("a Stop of the platform ends the chat's run, and says so to the person alone", async () => {
  const life = await live();
  await life.say("set the stock of p-101 to 400");
  await life.press("confirm");
  expect((await life.core.stopChat({ chatId: DESK, account: account("desk:ben") })).reply).toMatch(/^Stop asked for/);
  await life.idle();
  expect(await life.run()).toMatchObject({ state: "cancelled" });
  expect((await life.core.stopChat({ chatId: PHONE, account: account("phone:ben") })).reply).toBe(
    words("en").conversation.nothing.stop,
  );
});

test("a face that was out of reach has its open cards shown again", async () => {
  const world = coreWorld();
  const first = await live(world);
  await first.say("set the stock of p-101 to 400");
  lives.length = 0;
  await first.kill();
  const life = await live(world);
  await life.idle();
  const before = world.desk.calls.edits;
  await life.core.refreshCards("phone");
  await life.idle();
  expect(world.desk.calls.edits).toBe(before);
  await life.core.refreshCards("desk");
  await life.idle();
  expect(world.desk.calls.edits).toBe(before + 1);
  expect(life.card().state).toBe("draft");
});

test("menus complete what is typed, and edit forms read the run as it is", async () => {
  const life = await live();
  await life.say("set the stock of p-101 to 400");
  const who = { account: account("desk:ana") };
  const { core } = life;
  expect(await core.suggest({ ...who, what: "operation", service: "shop", typed: "put" })).toMatchObject([
    { value: "PUT /parts/{partId}/stock" },
  ]);
  const run = await life.run();
  expect(await core.showRun(run.id, who)).toMatchObject({ run: { id: run.id }, card: { state: "draft" } });
  expect(await core.showRun(run.id, { account: account("desk:eve") })).toBeUndefined();
  expect(await core.knowsChat(DESK)).toBe(true);
  expect(await core.knowsChat(PHONE)).toBe(false);
});
