import { afterEach, describe, expect, test } from "vitest";
import type { ChatId } from "../../core/domain/ids.ts";
import type { ToolCall, ToolOutcome } from "../../core/domain/tool.ts";
import { done } from "../support/fake-tools.ts";
import { begin, type CoreLife, coreWorld } from "./core-house.ts";

let life: CoreLife;
afterEach(() => life.end());

const setStock = (part: string) => `set the stock of ${part} to 400`;

/** A call that answers when it is let go, or is told to end. */
function held() {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answer = async (call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> => {
    const ended = new Promise<"aborted">((resolve) => signal.addEventListener("abort", () => resolve("aborted")));
    if ((await Promise.race([gate, ended])) !== "aborted") return done(call);
    return { kind: "failed", request: "", summary: "Told to end.", code: "CANCELLED", effect: "none" };
  };
  return { release, answer };
}

/** A plan of one write, confirmed. */
async function confirmed(): Promise<void> {
  await life.say(setStock("p-101"));
  await life.press("confirm");
  await life.pass(50);
}

describe("a project's limit", () => {
  test("of calls an hour makes a run wait, says until when, and lets it go on by itself", async () => {
    const world = coreWorld({ limits: { callsPerHour: 1 } });
    life = await begin(world);
    await confirmed();
    await life.idle();
    await life.say(setStock("p-102"));
    await life.press("confirm");
    await life.pass(200);
    expect(await life.run()).toMatchObject({ state: "queued" });
    expect(life.card().notes.join("\n")).toContain(
      "Waiting: the calls that this project may make in an hour (1) are used up; it goes on by itself at 10:00 UTC",
    );
    expect(world.tools.effects).toHaveLength(1);
    await life.pass(3_600_000);
    await life.idle();
    expect(life.card()).toMatchObject({ state: "done" });
    expect(world.tools.effects).toHaveLength(2);
  });

  test("of seconds a run ends the call under way and says so", async () => {
    const world = coreWorld({ limits: { secondsPerRun: 5 } });
    life = await begin(world);
    world.tools.next.push(held().answer);
    await confirmed();
    await life.pass(10_000);
    await life.idle();
    expect(life.card()).toMatchObject({ state: "error" });
    expect(JSON.stringify(life.card())).toContain("The run's time was over before an answer came.");
  });

  test("of calls at once to a service makes the second run wait for its turn", async () => {
    const world = coreWorld({ limits: { callsAtOncePerService: 1 } });
    life = await begin(world);
    const first = held();
    world.tools.next.push(first.answer);
    await life.say(setStock("p-101"));
    const other = "desk:other" as ChatId;
    await life.say(setStock("p-102"), "desk:ana", other);
    await life.press("confirm", { run: await life.run() });
    await life.pass(50);
    await life.press("confirm", { run: await life.run(other) });
    await life.pass(1_000);
    expect(world.tools.effects).toHaveLength(1);
    first.release();
    await life.idle();
    expect(world.tools.effects).toHaveLength(2);
  });
});

test("the card of a long step shows how long it has run, again and again", async () => {
  const world = coreWorld();
  life = await begin(world);
  const call = held();
  world.tools.next.push(call.answer);
  await confirmed();
  const shown = [];
  for (let i = 0; i < 3; i++) {
    await life.pass(12_000);
    shown.push(life.card().steps[0]?.elapsed);
  }
  expect(new Set(shown).size).toBe(3);
  expect(shown.every((elapsed) => / s$/.test(elapsed ?? ""))).toBe(true);
  call.release();
  await life.idle();
  expect(life.card()).toMatchObject({ state: "done" });
});

test("the card of an edited plan says who changed what", async () => {
  life = await begin(coreWorld());
  await life.say(setStock("p-101"));
  const change = { kind: "set", step: 1, path: ["body", "quantity"], value: 300 } as const;
  expect((await life.press("edit", { change })).decision.kind).toBe("accepted");
  await life.idle();
  expect(life.card().notes.join("\n")).toContain("Revision 2 by ben (desk:ben): step 1: body.quantity 400 → 300");
});

test("a chat speaks the language of the settings until somebody writes in the other", async () => {
  life = await begin({ ...coreWorld(), language: "es" });
  await life.say("ok");
  await life.say(setStock("p-101"));
  const said = life.said();
  expect(said[0]).toBe("De nada.");
  expect(life.card()).toMatchObject({ language: "en", headline: "Plan · 1 step" });
});
