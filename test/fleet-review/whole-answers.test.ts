import { expect, test } from "vitest";
import type { Brain } from "../../src/demo/brain.ts";
import type { Usage } from "../../src/fleet/schedule/shapes.ts";
import { ask, codeOf, pc as netPc, simulate } from "../fleet/simulation.ts";
import { Play, pc, request } from "../fleet-schedule/play.ts";
import { manualClock, settle } from "../support/manual-clock.ts";
import { until } from "../support/until.ts";

/** A prompt of 500 tokens in 0.2 s, 100 tokens of answer in 12 s: a tool call comes in one piece behind them. */
const TOOL_CALL: Usage = {
  ...{ promptTokens: 500, answerTokens: 100, loadMs: 0, prefillMs: 200, decodeMs: 12_000, totalMs: 12_200 },
};

/** Answers in pieces, so that the PC is well known. */
function known(slots?: number): Play {
  const play = new Play({}, [pc("one", { holds: ["a"], slots })]);
  for (let id = 1; id <= 6; id += 1) {
    play.add(request(id)).wait(200);
    play.scheduler.firstToken(id, play.nowMs);
    play.wait(12_000).end(id, { kind: "done", ...TOOL_CALL });
  }
  return play;
}

const budgetOf = (play: Play, id: number) =>
  play.commands.flatMap((one) => (one.kind === "send" && one.request.id === id ? [one.firstTokenBudgetMs] : []))[0]!;

/** One request whose answer comes as a whole, when it is all there. */
function whole(play: Play, id: number): Play {
  play.add(request(id, { comesWhole: true })).wait(12_200);
  play.scheduler.firstToken(id, play.nowMs);
  return play.end(id, { kind: "done", ...TOOL_CALL });
}

test("a PC is given the time to write a whole tool call before it counts as silent", () => {
  const play = known(1)
    .add(request(7))
    .end(7)
    .add(request(8, { comesWhole: true }));
  expect(budgetOf(play, 7)).toBe(10_000);
  expect(budgetOf(play, 8)).toBeGreaterThan(3 * 12_200);
});

test("tool calls that come in one piece do not make a PC seem slow at reading prompts", () => {
  const play = known(1);
  const before = firstTokenMs(play);
  for (let id = 10; id < 30; id += 1) whole(play, id);
  expect(firstTokenMs(play)).toBeLessThan(1.5 * before);

  function firstTokenMs({ scheduler, nowMs }: Play): number {
    const { id: _, ...like } = request(0);
    return scheduler.explain(like, nowMs).verdicts[0]!.firstTokenMs!;
  }
});

test("tool calls side by side do not make a PC seem to have fewer slots than it has", () => {
  const play = known();
  for (let id = 10; id < 40; id += 2) {
    play.wait(25_000).add(request(id, { comesWhole: true }), request(id + 1, { comesWhole: true }));
    for (let ms = 0; ms < 30_000 && play.sent.size > 0; ms += 100) {
      play.wait(100);
      for (const [one, { atMs }] of [...play.sent]) {
        if (play.nowMs - atMs < 12_200 + 300 * (one % 2)) continue;
        play.scheduler.firstToken(one, play.nowMs);
        play.end(one, { kind: "done", ...TOOL_CALL });
      }
    }
  }
  expect(play.scheduler.overview(play.nowMs).copies[0]!.slots).toBeGreaterThanOrEqual(2);
});

test("a slot that is not there is noticed by tool calls too: their PC tells that they waited inside", () => {
  const play = known();
  for (let id = 10; id < 40; id += 2) {
    play.wait(25_000).add(request(id, { comesWhole: true }), request(id + 1, { comesWhole: true }));
    let startMs = 0;
    for (let ms = 0; ms < 60_000 && play.sent.size > 0; ms += 100) {
      play.wait(100);
      const [one, { atMs }] = [...play.sent][0]!;
      startMs = Math.max(startMs, atMs);
      if (play.nowMs - startMs < 12_200) continue;
      startMs = play.nowMs;
      play.scheduler.firstToken(one, play.nowMs);
      play.end(one, { kind: "done", ...TOOL_CALL, totalMs: play.nowMs - atMs });
    }
  }
  expect(play.scheduler.overview(play.nowMs).copies[0]!.slots).toBe(1);
});

test("a sentence, a minute of silence, and then the tool call is no answer that broke off", async () => {
  const clock = manualClock();
  const brain: Brain = () => ({ text: "Looking.", toolCalls: [{ name: "look", arguments: {} }] });
  const { fleet, control } = await simulate([netPc("one")], { clock, brain });
  await fleet.models();
  control("one").faults.push({ kind: "hang", chunks: 1 });
  let hasBegun = false;
  const tools = [{ name: "look", description: "Looks.", parameters: { type: "object" } }];
  const stop = new AbortController();
  let code: string | undefined;
  const ended = codeOf(fleet.chat(ask("go", { tools, onText: () => (hasBegun = true) }), stop.signal));
  void ended.then((one) => (code = one));
  await until("it began", () => hasBegun);
  await clock.advance(60_000);
  await settle();
  expect(code).toBeUndefined();
  stop.abort();
  expect(await ended).toBe("CANCELLED");
});
