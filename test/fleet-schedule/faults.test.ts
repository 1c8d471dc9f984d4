import { expect, test } from "vitest";
import type { Fault } from "../../src/fleet/schedule/shapes.ts";
import { Play, pc, request } from "./play.ts";

const two = () => [pc("one", { holds: ["a"] }), pc("two", { holds: ["a"] })];
const failed = (fault: Fault, isBeforeFirstToken = true) =>
  ({ kind: "failed", fault, isBeforeFirstToken, why: "so it went" }) as const;
const breakerOf = (play: Play, name: string) =>
  play.scheduler.overview(play.nowMs).nodes.find((node) => node.name === name)?.breaker;

test("a PC that fails three times in a row is left alone, then tried with one request, then trusted again", () => {
  const play = new Play({}, [pc("one", { slots: 2, holds: ["a"] })]);
  for (const id of [1, 2, 3]) play.add(request(id)).end(id, failed("broken"));
  expect(breakerOf(play, "one")).toBe("open");
  play.add(request(4), request(5));
  expect(play.order).toEqual([1, 2, 3]);
  play.wait(5000);
  expect(breakerOf(play, "one")).toBe("half-open");
  expect(play.order).toEqual([1, 2, 3, 4]);
  play.scheduler.firstToken(4, play.nowMs);
  play.step();
  expect(breakerOf(play, "one")).toBe("closed");
  expect(play.order).toEqual([1, 2, 3, 4, 5]);
});

test("a PC that fails its trial is left alone twice as long", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] })]);
  for (const id of [1, 2, 3]) play.add(request(id)).end(id, failed("silent"));
  play.add(request(4)).wait(5000).end(4, failed("silent")).add(request(5)).wait(9000);
  expect(play.order).toEqual([1, 2, 3, 4]);
  play.wait(1000);
  expect(play.order).toEqual([1, 2, 3, 4, 5]);
});

test("a PC that is full is left alone for a moment only, and keeps its good name", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] })]).add(request(1));
  play.end(1, failed("busy"));
  expect(play.order).toEqual([1]);
  play.wait(2000);
  expect(play.order).toEqual([1, 1]);
  expect(breakerOf(play, "one")).toBe("closed");
});

test("a request that was cancelled or refused does not count against its PC", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] })]);
  for (const id of [1, 2, 3, 4]) play.add(request(id)).end(id, { kind: id % 2 === 0 ? "cancelled" : "refused" });
  expect(breakerOf(play, "one")).toBe("closed");
});

test("an answer that broke off is not tried again", () => {
  const play = new Play({}, two()).add(request(1));
  play.scheduler.firstToken(1, play.nowMs);
  play.end(1, failed("cut-off", false)).wait(1000);
  expect(play.order).toEqual([1]);
  expect(play.gaveUp.size).toBe(0);
});

test("a request that failed keeps its place before those that came later", () => {
  const play = new Play({}, two()).add(request(1), request(2), request(3), request(4));
  play.end(1, failed("broken")).end(2);
  expect(play.order).toEqual([1, 2, 3, 1]);
});

test("a PC that lost the model is not asked for it again soon, and another serves it", () => {
  const play = new Play({}, two()).add(request(1));
  const first = play.sent.get(1)!.node;
  play.end(1, failed("missing"));
  expect(play.sent.get(1)?.node).not.toBe(first);
  expect(play.loads).toEqual([]);
});

test("a model that no PC can load is told, and why", () => {
  const play = new Play({}, [pc("one"), pc("two")]);
  play.loadsFail = "not enough memory";
  play.add(request(1)).wait(60_000);
  expect(play.gaveUp.get(1)).toMatchObject({ code: "ALL_FAILED", why: "not enough memory" });
});

test("a PC that is drained gets nothing new and ends what it has", () => {
  const play = new Play({}, [pc("one", { holds: ["a"] })]).add(request(1));
  play
    .set(pc("one", { holds: ["a"], isDrained: true }))
    .add(request(2))
    .end(1)
    .wait(5000);
  expect(play.order).toEqual([1]);
  expect(play.scheduler.estimate(2, play.nowMs)).toMatchObject({ why: "no-pc" });
  play.set(pc("one", { holds: ["a"] }));
  expect(play.order).toEqual([1, 2]);
});

test("a copy that went from outside is loaded again; one that somebody else loaded is used", () => {
  const play = new Play({}, [pc("one", { has: ["a", "b"], holds: ["b"] })]);
  play.add(request(1, { model: "b" }));
  expect(play.sent.get(1)?.node).toBe("one");
  play
    .end(1)
    .wait(10_000)
    .set(pc("one", { has: ["a", "b"] }));
  expect(play.scheduler.overview(play.nowMs).copies).toEqual([]);
  play.add(request(2, { model: "b" })).wait(2000);
  expect(play.commands.filter((command) => command.kind === "load")).toMatchObject([{ model: "b" }]);
  expect(play.sent.get(2)?.node).toBe("one");
});
