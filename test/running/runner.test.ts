import { describe, expect, test } from "vitest";
import { claimRuns } from "../../core/running/claim-runs.ts";
import { done, fakeTool } from "../support/fake-tools.ts";
import { failed, houseForEach, openCall, still } from "./bench-house.ts";
import { ana, audited, ben, bootOf, planOf, press, projectWith, propose, standing, told } from "./world.ts";

const look = fakeTool("look");
const order = fakeTool("order", { risk: "write", replay: "never" });
const set = fakeTool("set", { risk: "write", replay: "safe" });
const house = houseForEach([look, order, set]);

async function confirmed(id: string, ...tools: (typeof look)[]) {
  const run = await propose(house.stores, {
    id,
    chat: `terminal:${id}`,
    plan: planOf(...tools.map((tool) => ({ tool }))),
    atMs: house.clock.nowMs(),
  });
  expect((await press(house, run, "confirm")).kind).toBe("accepted");
  return run;
}

describe("a confirmed plan", () => {
  test("runs each step once, in order, under one key a step, and says so in the record", async () => {
    await house.boot(1);
    const run = await confirmed("r1", look, order);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: done done");
    expect(house.tools.effects.map((effect) => effect.idempotencyKey)).toEqual(["r1-1", "r1-2"]);
    const did = ["confirm-plan", "start-run", "begin-step", "end-step", "begin-step", "end-step", "finish-run"];
    expect(await audited(house.stores, run.id)).toEqual(did);
  });

  test("fills references with earlier results, type and all", async () => {
    await house.boot(1);
    house.tools.next.push(async (call) => done(call, { items: [{ id: 7 }] }));
    const plan = planOf(
      { tool: look },
      { tool: order, args: { of: "{{steps.1.body.items.0.id}}", text: "no. {{steps.1.body.items.0.id}}" } },
    );
    const run = await propose(house.stores, { id: "r1", plan, atMs: house.clock.nowMs() });
    await press(house, run, "confirm");
    await house.runner.idle();
    expect(house.tools.effects[1]?.args).toEqual({ of: 7, text: "no. 7" });
  });

  test("stops with a clear sentence when a reference cannot be filled in, and calls nothing", async () => {
    await house.boot(1);
    const plan = planOf({ tool: look }, { tool: order, args: { of: "{{steps.1.body.nothing.id}}" } });
    const run = await propose(house.stores, { id: "r1", plan, atMs: house.clock.nowMs() });
    await press(house, run, "confirm");
    await house.runner.idle();
    const { run: now, steps } = await standing(house.stores, run.id);
    expect(now.state).toBe("error");
    expect(steps[1]).toMatchObject({ state: "error", errorCode: "REFERENCE_MISSING" });
    expect(now.reason).toContain("{{steps.1.body.nothing.id}}");
    expect(house.tools.effects).toHaveLength(1);
  });

  test("keeps a result of ten million characters whole", async () => {
    await house.boot(1);
    const body = "x".repeat(10_000_000);
    house.tools.next.push(async (call) => done(call, body));
    const run = await confirmed("r1", look);
    await house.runner.idle();
    expect((await standing(house.stores, run.id)).steps[0]?.result?.body).toBe(body);
  });
});

describe("a tool that is not what it was", () => {
  test.each([
    { name: "taken off the list", tools: [{ ...order, isAllowed: false }], code: "ENDPOINT_NOT_ALLOWED" },
    { name: "changed", tools: [{ ...order, hash: "another" }], code: "ENDPOINT_CHANGED" },
    { name: "more dangerous", tools: [{ ...order, risk: "destructive" as const }], code: "ENDPOINT_CHANGED" },
    { name: "gone", tools: [], code: "ENDPOINT_NOT_FOUND" },
  ])("is not called: $name", async ({ tools, code }) => {
    await house.boot(1, { tools });
    const run = await confirmed("r1", order);
    await house.runner.idle();
    expect((await standing(house.stores, run.id)).steps[0]).toMatchObject({ state: "error", errorCode: code });
    expect(house.tools.effects).toEqual([]);
  });

  test("gets no arguments that its schema refuses", async () => {
    const strict = { ...order, hash: "strict", argsSchema: { type: "object", required: ["quantity"] } };
    await house.boot(1, { tools: [strict] });
    const run = await confirmed("r1", strict);
    await house.runner.idle();
    expect((await standing(house.stores, run.id)).steps[0]).toMatchObject({ errorCode: "ARGUMENTS_INVALID" });
    expect(house.tools.effects).toEqual([]);
  });
});

test("a confirmer who may not confirm any more stops the run, and somebody who may can retry", async () => {
  const run = await confirmed("r1", order);
  await house.project({ access: { propose: [ana], confirm: [ben], administer: [] } });
  await house.boot(1);
  await house.runner.idle();
  const { run: now, steps } = await standing(house.stores, run.id);
  expect(steps[0]).toMatchObject({ state: "error", errorCode: "NOT_ALLOWED" });
  expect(now.reason).toContain("ana");
  expect((await press(house, run, "retry", ben)).kind).toBe("accepted");
  await house.runner.idle();
  expect(await told(house.stores, run.id)).toBe("done: done");
});

describe("a failing call", () => {
  test("that had no effect is tried three times, waiting longer each time, under the same key", async () => {
    await house.boot(1);
    for (let i = 0; i < 3; i++) house.tools.next.push(async () => failed({ effect: "none" }));
    const run = await confirmed("r1", order);
    await still();
    expect(house.tools.effects).toHaveLength(1);
    await house.clock.advance(1_000);
    await still();
    expect(house.tools.effects).toHaveLength(2);
    await house.clock.advance(2_000);
    await still();
    expect(new Set(house.tools.effects.map((effect) => effect.idempotencyKey))).toEqual(new Set(["r1-1"]));
    expect(house.tools.effects).toHaveLength(3);
    expect(await told(house.stores, run.id)).toBe("error: error");
  });

  test("is not tried before the service wants it, and others work meanwhile", async () => {
    await house.boot(1);
    house.tools.next.push(async () => failed({ retryAfterMs: 60_000 }));
    const run = await confirmed("r1", order);
    await still();
    expect(await told(house.stores, run.id)).toBe("queued: pending");
    await house.clock.advance(59_000);
    await still();
    expect(house.tools.effects).toHaveLength(1);
    await house.clock.advance(2_000);
    await still();
    expect(await told(house.stores, run.id)).toBe("done: done");
  });

  test("that the service refuses is not repeated", async () => {
    await house.boot(1);
    house.tools.next.push(async () => failed({ code: "CALL_REFUSED" }));
    const run = await confirmed("r1", set);
    await house.runner.idle();
    expect(house.tools.effects).toHaveLength(1);
    expect(await told(house.stores, run.id)).toBe("error: error");
  });

  test("that may have had an effect is never repeated by itself; a person continues past it", async () => {
    await house.boot(1);
    house.tools.next.push(async () => failed({ code: "CALL_CUT_OFF", effect: "unknown" }));
    const run = await confirmed("r1", order, look);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("waiting: unknown pending");
    const says = await house.stores.read((tx) => tx.outbox.due("terminal", house.clock.nowMs(), 10));
    expect(says.filter((due) => due.kind === "say")).toHaveLength(1);
    await press(house, run, "continue", ben);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: skipped done");
    expect(house.tools.effects).toHaveLength(2);
  });

  test("that may have had an effect is repeated when a person says so", async () => {
    await house.boot(1);
    house.tools.next.push(async () => failed({ code: "CALL_CUT_OFF", effect: "unknown" }));
    const run = await confirmed("r1", order);
    await house.runner.idle();
    await press(house, run, "retry");
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: done");
  });

  test("is not repeated by a press on the picture of an earlier stop", async () => {
    await house.boot(1);
    const cutOff = async () => failed({ code: "CALL_CUT_OFF", effect: "unknown" });
    house.tools.next.push(cutOff, cutOff);
    const run = await confirmed("r1", order, order);
    await house.runner.idle();
    const first = (await standing(house.stores, run.id)).run.fence;
    await press(house, run, "continue", ana, first);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("waiting: skipped unknown");
    expect(await press(house, run, "retry", ana, first)).toMatchObject({ kind: "too-late", why: "decided" });
    expect(house.tools.effects).toHaveLength(2);
    const second = (await standing(house.stores, run.id)).run.fence;
    expect((await press(house, run, "continue", ana, second)).kind).toBe("accepted");
  });

  test("out of time is told to end, and counted as a timeout", async () => {
    await house.boot(1, { settings: { attempts: 1 } });
    house.tools.next.push(
      (_call, signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(failed({ code: "CANCELLED", effect: "unknown" })));
        }),
    );
    const run = await confirmed("r1", set);
    await still();
    await house.clock.advance(61_000);
    await house.runner.idle();
    expect((await standing(house.stores, run.id)).steps[0]).toMatchObject({
      state: "error",
      errorCode: "CALL_TIMED_OUT",
    });
  });

  test("that never ends and does not react cannot keep a run at work for ever", async () => {
    await house.boot(1);
    house.tools.next.push(() => new Promise(() => {}));
    const run = await confirmed("r1", order);
    await still();
    for (let i = 0; i < 70; i++) await house.clock.advance(1_000);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("waiting: unknown");
  });
});

describe("Stop", () => {
  test("reaches the call; what certainly had no effect is cancelled, and nothing after it begins", async () => {
    await house.boot(1);
    house.tools.next.push(
      (_call, signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(failed({ code: "CANCELLED", effect: "none" })));
        }),
    );
    const run = await confirmed("r1", order, look);
    await still();
    expect((await press(house, run, "stop", ben)).kind).toBe("accepted");
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("cancelled: cancelled cancelled");
  });

  test("says so when the step finished anyway", async () => {
    await house.boot(1);
    const open = openCall();
    house.tools.next.push(open.call);
    const run = await confirmed("r1", order, look);
    await still();
    await press(house, run, "stop");
    await still();
    expect(open.seen.signal?.aborted).toBe(true);
    open.answer({
      kind: "done",
      request: "POST /order",
      summary: "201",
      result: { status: 201, headers: {}, body: {} },
    });
    await house.runner.idle();
    const { run: now, steps } = await standing(house.stores, run.id);
    expect(now.state).toBe("cancelled");
    expect(steps[0]).toMatchObject({ state: "done", finishedAfterCancel: true });
    expect(steps[1]?.state).toBe("cancelled");
  });

  test("tells a step whose outcome is open as unknown", async () => {
    await house.boot(1);
    const open = openCall();
    house.tools.next.push(open.call);
    const run = await confirmed("r1", order);
    await still();
    await press(house, run, "stop");
    open.answer(failed({ code: "CALL_CUT_OFF", effect: "unknown" }));
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("cancelled: unknown");
  });

  test("does not call a step cancelled whose earlier attempt may have happened", async () => {
    await house.boot(1);
    house.tools.next.push(async () => failed({ code: "CALL_CUT_OFF", effect: "unknown" }));
    const run = await confirmed("r1", set);
    await still();
    await press(house, run, "stop");
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("cancelled: unknown");
  });

  test("ends a queued run at once", async () => {
    const run = await confirmed("r1", order);
    await press(house, run, "stop");
    expect(await told(house.stores, run.id)).toBe("cancelled: cancelled");
    await house.boot(1);
    await house.runner.idle();
    expect(house.tools.effects).toEqual([]);
  });
});

describe("limits", () => {
  test("a run out of time ends with a reason, what was finished stays done", async () => {
    await house.stores.atomically((tx) => tx.projects.put(projectWith({ secondsPerRun: 10 })));
    await house.boot(1);
    house.tools.next.push(async (call) => {
      await house.clock.sleep(11_000);
      return done(call);
    });
    const run = await confirmed("r1", look, order);
    await still();
    for (let i = 0; i < 12; i++) await house.clock.advance(1_000);
    await house.runner.idle();
    const { run: now, steps } = await standing(house.stores, run.id);
    expect(now.state).toBe("error");
    expect(steps.some((step) => step.errorCode === "RUN_TIMED_OUT")).toBe(true);
    expect(house.tools.effects).toHaveLength(1);
  });

  test("without calls left in the hour a run waits for the next one by itself", async () => {
    await house.stores.atomically((tx) => tx.projects.put(projectWith({ callsPerHour: 1 })));
    await house.boot(1);
    const run = await confirmed("r1", look, order);
    await still();
    expect(await told(house.stores, run.id)).toBe("queued: done pending");
    expect((await standing(house.stores, run.id)).run.reason).toContain("10:00 UTC");
    await house.clock.advance(3_600_000);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: done done");
  });

  test("no more calls to one service at once than its project allows", async () => {
    await house.stores.atomically((tx) => tx.projects.put(projectWith({ callsAtOncePerService: 2 })));
    await house.boot(1);
    const open = [openCall(), openCall(), openCall()];
    house.tools.next.push(...open.map((one) => one.call));
    for (const id of ["a", "b", "c"]) await confirmed(id, order);
    await still();
    expect(house.tools.effects).toHaveLength(2);
    open[0]?.answer({ kind: "done", request: "", summary: "", result: { status: 200, headers: {}, body: {} } });
    await still();
    expect(house.tools.effects).toHaveLength(3);
    for (const one of open)
      one.answer({ kind: "done", request: "", summary: "", result: { status: 200, headers: {}, body: {} } });
    await house.runner.idle();
  });

  test("a run that loses its claim while it waits for a service lets go of it", async () => {
    await house.stores.atomically((tx) => tx.projects.put(projectWith({ callsAtOncePerService: 1 })));
    const { clock } = house;
    const nowMs = clock.nowMs.bind(clock);
    let looks = 0;
    // Who turned round and round would stop the whole process, and this test with it.
    clock.nowMs = () => {
      looks += 1;
      if (looks === 5_000) throw new Error("Turning in circles.");
      return nowMs();
    };
    await house.boot(1);
    const open = openCall();
    house.tools.next.push(open.call);
    await confirmed("a", order);
    await still();
    const second = await confirmed("b", order);
    await still();
    const other = { owner: bootOf("other").id, nowMs: nowMs() + 60_000, leaseMs: 600_000, limit: 10 };
    expect(await claimRuns(house.stores, other)).toHaveLength(2);
    looks = 0;
    await clock.advance(12_000);
    await still();
    expect(looks).toBeLessThan(5_000);
    expect(house.tools.effects).toHaveLength(1);
    expect(await told(house.stores, second.id)).toBe("running: pending");
  });

  test("no more runs at once than the project allows", async () => {
    await house.stores.atomically((tx) => tx.projects.put(projectWith({ runsAtOnce: 1 })));
    await house.boot(1);
    const open = openCall();
    house.tools.next.push(open.call);
    await confirmed("a", order);
    await still();
    const second = await confirmed("b", order);
    await still();
    expect(await told(house.stores, second.id)).toBe("queued: pending");
    open.answer({ kind: "done", request: "", summary: "", result: { status: 200, headers: {}, body: {} } });
    await house.runner.idle();
    expect(await told(house.stores, second.id)).toBe("done: done");
  });
});

describe("a long step", () => {
  test("shows its time on the card and keeps its claim", async () => {
    await house.boot(1, { settings: { attemptMs: 600_000 } });
    const open = openCall();
    house.tools.next.push(open.call);
    const run = await confirmed("r1", order);
    await still();
    const version = async () =>
      (await house.stores.read((tx) => tx.outbox.due("terminal", house.clock.nowMs(), 10))).find(
        (due) => due.kind === "card",
      );
    const before = await version();
    for (let i = 0; i < 15; i++) await house.clock.advance(1_000);
    await still();
    expect(await version()).not.toEqual(before);
    for (let i = 0; i < 60; i++) await house.clock.advance(1_000);
    const item = await house.stores.read((tx) => tx.queue.get(run.id));
    expect(item?.leaseUntilMs).toBeGreaterThan(house.clock.nowMs());
    open.answer({ kind: "done", request: "", summary: "", result: { status: 200, headers: {}, body: {} } });
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: done");
  });
});

describe("shutting down", () => {
  test("lets a call finish, begins nothing more, and the next process goes on", async () => {
    await house.boot(1);
    const open = openCall();
    house.tools.next.push(open.call);
    const run = await confirmed("r1", order, look);
    await still();
    const stopping = house.stop();
    open.answer({ kind: "done", request: "", summary: "", result: { status: 200, headers: {}, body: {} } });
    await stopping;
    expect(await told(house.stores, run.id)).toBe("queued: done pending");
    await house.boot(2);
    await house.runner.idle();
    expect(await told(house.stores, run.id)).toBe("done: done done");
    expect(house.tools.effects).toHaveLength(2);
  });

  test("gives back what is safe to repeat and tells the rest as unknown", async () => {
    await house.boot(1);
    house.tools.next.push(
      () => new Promise(() => {}),
      () => new Promise(() => {}),
    );
    const safe = await confirmed("safe", set);
    const never = await confirmed("never", order);
    await still();
    await house.stop();
    expect(await told(house.stores, safe.id)).toBe("queued: pending");
    expect(await told(house.stores, never.id)).toBe("waiting: unknown");
  });
});
