import { expect } from "vitest";
import type { ToolCall, ToolOutcome } from "../../core/domain/tool.ts";
import { expirePlans } from "../../core/upkeep/expire-plans.ts";
import { cancelled, edited, expired, superseded } from "./draft-stories.ts";
import { ok } from "./process.ts";
import {
  afterCommits,
  failed,
  hanging,
  look,
  mixedPlan,
  order,
  type Story,
  set,
  type Telling,
  untilOver,
} from "./story.ts";
import { planOf, standing } from "./world.ts";

/** A fresh one of each for every case: what happens to a plan, decision by decision. */
export const STORIES: readonly (() => Story)[] = [
  confirmed,
  retried,
  busyForLong,
  () => stoppedInAStep("which breaks off", (call) => failed(call, { code: "CANCELLED", effect: "unknown" })),
  () => stoppedInAStep("which ends all the same", ok),
  stoppedAtOnce,
  cancelled,
  handedBack,
  edited,
  superseded,
  () => expired("by the clock", (telling) => expirePlans(telling.life)),
  () => expired("by a late press", async () => 0),
  abandoned,
  outOfCalls,
];

export function confirmed(): Story {
  return {
    name: "a plan is confirmed and runs",
    plan: mixedPlan,
    ends: ["done"],
    async tell(telling) {
      const decision = await telling.press("confirm");
      expect(["accepted", "too-late"]).toContain(decision.kind);
      await untilOver(telling, telling.run);
      return "over";
    },
    async holds(stores, { run, outside }) {
      const { steps } = await standing(stores, run.id);
      for (const { number } of steps) expect(outside.effects).toContain(`${run.id}-${number}`);
      expect(await stores.read((tx) => tx.chats.get(run.chatId))).toMatchObject({ lastRunId: run.id });
    },
  };
}

function retried(): Story {
  let isBroken = true;
  return {
    name: "a failed step is retried",
    plan: mixedPlan,
    ends: ["done"],
    services: {
      refuse: (call) =>
        isBroken && call.tool.key === order.key ? failed(call, { code: "CALL_REFUSED", effect: "none" }) : undefined,
    },
    async tell(telling) {
      await telling.press("confirm");
      for (;;) {
        await untilOver(telling, telling.run);
        const { run } = await standing(telling.life.stores, telling.run.id);
        if (run.state !== "error") return "over";
        isBroken = false;
        await telling.press("retry");
      }
    },
  };
}

/** A short wait in hand, and one so long that the run goes back to the queue. */
export function busyForLong(): Story {
  let times = 0;
  const waits = [undefined, 20_000];
  return {
    name: "a service is busy, and then for long",
    plan: planOf({ tool: look }, { tool: set }, { tool: order }),
    ends: ["done"],
    services: {
      refuse(call) {
        if (call.tool.key !== set.key || times >= waits.length) return undefined;
        const retryAfterMs = waits[times];
        times += 1;
        return failed(call, { code: "CALL_FAILED", effect: "none", ...(retryAfterMs ? { retryAfterMs } : {}) });
      },
    },
    async tell(telling) {
      await telling.press("confirm");
      await untilOverInTime(telling);
      return "over";
    },
  };
}

function stoppedInAStep(how: string, answer: (call: ToolCall) => ToolOutcome): Story {
  const orders = hanging();
  return {
    name: `Stop is pressed while a step runs, ${how}`,
    plan: mixedPlan,
    ends: ["cancelled"],
    services: {
      answer: async (call, signal) => (call.tool.key === order.key ? orders.wait(call, signal, answer) : ok(call)),
    },
    async tell({ press, life, run }) {
      orders.forget();
      await press("confirm");
      for (;;) {
        await Promise.race([orders.hangs(), life.runner.idle(run.chatId)]);
        const { state } = (await standing(life.stores, run.id)).run;
        if (state === "cancelled") return "over";
        // What a dead process left in the middle: nobody wants it any more.
        await press(state === "waiting" ? "abandon" : "stop");
        await life.runner.idle(run.chatId);
      }
    },
    async holds(_stores, { run, outside }) {
      expect(outside.effects).not.toContain(`${run.id}-3`);
    },
  };
}

function stoppedAtOnce(): Story {
  return {
    name: "Stop is pressed right after Confirm",
    plan: planOf({ tool: order }, { tool: set }),
    ends: ["cancelled"],
    // It never gets beyond this: Stop comes first, or breaks it off.
    services: { refuse: (call) => failed(call, { code: "CALL_FAILED", effect: "none", retryAfterMs: 3_000_000 }) },
    async tell({ press, life, run }) {
      await press("confirm");
      await press("stop");
      await life.runner.idle(run.chatId);
      const { state } = (await standing(life.stores, run.id)).run;
      if (state === "waiting") await press("abandon");
      return "over";
    },
  };
}

/** One call that may be repeated is cut off by the end of a process, and one that may not. */
export function handedBack(): Story {
  const calls = hanging();
  const hangs = new Set<string>([set.key, order.key]);
  return {
    name: "a process ends in good order in the middle of a step",
    plan: planOf({ tool: look }, { tool: set }, { tool: order }, { tool: look }),
    ends: ["done"],
    services: {
      answer: async (call, signal) =>
        hangs.has(call.tool.key)
          ? calls.wait(call, signal, () => failed(call, { code: "CANCELLED", effect: "unknown" }))
          : ok(call),
    },
    async tell(telling) {
      const { life, run } = telling;
      calls.forget();
      await telling.press("confirm");
      const ended = untilOver(telling, run).then(() => "over" as const);
      const first = await Promise.race([ended, calls.hangs().then(() => "hangs" as const)]);
      if (first === "over") return "over";
      await life.runner.stop(STOP_WITHIN_MS);
      hangs.delete(hangs.has(set.key) ? set.key : order.key);
      return "again";
    },
  };
}

const STOP_WITHIN_MS = 16;

function abandoned(): Story {
  return {
    name: "a run is abandoned after a step of which nobody knows",
    plan: mixedPlan,
    ends: ["cancelled"],
    services: {
      answer: async (call) =>
        call.tool.key === order.key ? failed(call, { code: "CALL_CUT_OFF", effect: "unknown" }) : ok(call),
    },
    async tell({ press, life, run }) {
      await press("confirm");
      await life.runner.idle(run.chatId);
      await press("abandon");
      return "over";
    },
    async holds(stores, { run }) {
      const { steps } = await standing(stores, run.id);
      expect(steps.map((step) => step.state)).toEqual(["done", "unknown", "cancelled", "cancelled"]);
    },
  };
}

const HOUR_MS = 3_600_000;
let hours = 0;

/** Two calls an hour for four steps; what a dead process had counted and not made is gone with its hour. */
function outOfCalls(): Story {
  hours += 100;
  const nowMs = Date.now();
  return {
    name: "the calls of an hour are used up",
    plan: mixedPlan,
    ends: ["done"],
    limits: { callsPerHour: 2 },
    passedMs: (Math.floor(nowMs / HOUR_MS) + hours) * HOUR_MS - nowMs,
    async tell(telling) {
      await telling.press("confirm");
      await untilOverInTime(telling);
      return "over";
    },
  };
}

/** As `untilOver`; what waits in the queue for its time need not wait for it really. */
async function untilOverInTime(telling: Telling): Promise<void> {
  const { life, outside, run } = telling;
  for (;;) {
    const laterMs = await afterCommits(life, async () => {
      const { queued, now } = await life.stores.read(async (tx) => ({
        queued: await tx.queue.get(run.id),
        now: await tx.runs.get(run.id),
      }));
      if (now?.state !== "queued" && now?.state !== "running") return 0;
      const ms = queued && queued.owner === undefined ? queued.availableAtMs - life.clock.nowMs() : 0;
      return ms > 0 ? ms : undefined;
    });
    outside.passedMs += laterMs;
    life.runner.wake();
    if (laterMs > 0) continue;
    const { state } = (await standing(life.stores, run.id)).run;
    if (state !== "waiting") return;
    const { steps } = await standing(life.stores, run.id);
    const unknown = steps.find((step) => step.state === "unknown");
    await telling.press(outside.effects.includes(`${run.id}-${unknown?.number}`) ? "continue" : "retry");
  }
}
