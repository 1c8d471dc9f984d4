import { expect, test } from "vitest";
import { DONE, Play, pc, request } from "./play.ts";

test("a request for a model that is nowhere has it loaded and goes there", () => {
  const play = new Play({}, [pc("one")]).add(request(1));
  expect(play.loads).toMatchObject([{ node: "one", model: "a" }]);
  expect(play.scheduler.estimate(1, 0)).toMatchObject({ why: "loading", node: "one", ahead: 0 });
  play.wait(1000);
  expect(play.sent.get(1)).toMatchObject({ node: "one" });
  play.end(1);
  expect(play.scheduler.overview(play.nowMs).copies).toMatchObject([{ inFlight: 0, state: "ready" }]);
});

test("no more requests than slots are sent to one copy, and a slot that comes free takes the next", () => {
  const play = new Play({}, [pc("one", { slots: 2, holds: ["a"] })]).add(request(1), request(2), request(3));
  expect(play.order).toEqual([1, 2]);
  play.end(2, DONE);
  expect(play.order).toEqual([1, 2, 3]);
});

test("a request that was cancelled while it waited is never sent", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] })]).add(request(1), request(2), request(3));
  expect(play.scheduler.cancel(2, 0)).toBe(true);
  play.end(1);
  expect(play.order).toEqual([1, 3]);
  expect(play.scheduler.cancel(2, 0)).toBe(false);
});

test("a model on no PC's disk is told as missing", () => {
  const play = new Play({}, [pc("one")]).add(request(1, { model: "b" }));
  expect(play.gaveUp.get(1)).toEqual({ code: "MODEL_MISSING" });
  play.wait(1000).add(request(2, { model: "b" }));
  expect(play.gaveUp.get(2)).toEqual({ code: "MODEL_MISSING" });
});

test("settings that forbid every PC are told, PC by PC", () => {
  const rules = new Map([["a", { forbidden: ["one"] }]]);
  const play = new Play({ rules }, [pc("one")]).add(request(1));
  expect(play.gaveUp.get(1)).toMatchObject({ code: "FORBIDDEN", verdicts: [{ node: "one", filteredBy: "forbidden" }] });
});

test("a PC that goes down gives its requests back, and they are served when it returns", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] })]).add(request(1));
  play.set(pc("one", { health: "down" }));
  expect(play.aborted).toEqual([1]);
  expect(play.scheduler.estimate(1, 0)).toMatchObject({ why: "no-pc" });
  play.wait(5000).set(pc("one")).wait(3000);
  expect(play.sent.get(1)).toMatchObject({ node: "one" });
});

test("a request that failed on a PC goes to another, and is given up when none is left", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] }), pc("two", { holds: ["a"] })]).add(request(1));
  const broken = { kind: "failed", fault: "broken", isBeforeFirstToken: true, why: "500" } as const;
  play.end(1, broken);
  expect(play.sent.get(1)?.node).toBe("two");
  play.end(1, broken);
  expect(play.gaveUp.get(1)).toEqual({ code: "ALL_FAILED", fault: "broken", why: "500", nodes: ["one", "two"] });
});

test("a request whose time is over is given up", () => {
  const play = new Play({}, [pc("one", { health: "down" })]).add(request(1, { deadlineMs: 4000 })).wait(4000);
  expect(play.gaveUp.get(1)).toEqual({ code: "DEADLINE", waitedMs: 4000, allDown: true });
});

test("a PC nobody has worked with yet is given time for its first token, one that is known is not", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] })]);
  for (let id = 1; id <= 6; id += 1) {
    play.add(request(id)).wait(100);
    play.scheduler.firstToken(id, play.nowMs);
    play.wait(900).end(id);
  }
  const budgets = play.commands.flatMap((one) => (one.kind === "send" ? [one.firstTokenBudgetMs] : []));
  expect(budgets[0]).toBeGreaterThanOrEqual(60_000);
  expect(budgets.at(-1)).toBe(10_000);
});

test("a copy that is wanted is told to stay for long, one that nobody wanted so far for a minute", () => {
  const play = new Play({}, [pc("one", { has: ["a", "b"], holds: ["a", "b"] })]);
  for (let id = 1; id <= 20; id += 1) play.add(request(id)).wait(1000).end(id);
  const sends = play.commands.flatMap((one) => (one.kind === "send" ? [one.keepAliveS] : []));
  expect(sends.at(-1)).toBeGreaterThanOrEqual(1800);
  play.add(request(21, { model: "b" }));
  expect(play.commands.findLast((one) => one.kind === "send")).toMatchObject({
    request: { model: "b" },
    keepAliveS: 60,
  });
});
