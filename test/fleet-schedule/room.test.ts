import { expect, test } from "vitest";
import { Play, pc, request } from "./play.ts";

test("batch leaves room while a model is asked for interactively, and takes everything when nobody does", () => {
  const two = ["one", "two"].map((name) => pc(name, { slots: 2, holds: ["a"] }));
  const play = new Play({}, two).add(request(1)).wait(5000).end(1);
  for (let id = 2; id <= 20; id += 1) play.add(request(id)).wait(1000).end(id);
  for (let id = 21; id <= 30; id += 1) play.add(request(id, { class: "batch" }));
  expect(play.sent.size).toBe(2);
  play.wait(125_000);
  expect(play.sent.size).toBe(4);
});

test("batch gets the fastest PC for a small part of the time while interactive requests come often", () => {
  const two = ["one", "two"].map((name) => pc(name, { slots: 2, holds: ["a"] }));
  const play = new Play({}, two);
  for (let id = 1; id <= 20; id += 1) play.add(request(id)).wait(1000).end(id);
  for (let id = 1000; id < 1200; id += 1) play.add(request(id, { class: "batch" }));
  const seconds = new Map<string, number>(two.map(({ name }) => [name, 0]));
  for (let id = 100; id < 400; id += 1) {
    play.add(request(id)).wait(1000).end(id);
    for (const [running, { node }] of [...play.sent]) {
      seconds.set(node, seconds.get(node)! + 1);
      play.end(running);
    }
  }
  const [least, most] = [...seconds.values()].sort((a, b) => a - b);
  expect(least).toBeGreaterThan(10);
  expect(least).toBeLessThan(90);
  expect(most).toBeGreaterThan(1.5 * least!);
});

test("batch that has waited for long goes on, one at a time on each PC, though interactive requests never stop", () => {
  const play = new Play({}, [pc("one", { slots: 2, holds: ["a"] })]);
  for (let id = 2; id <= 20; id += 1) play.add(request(id)).wait(1000).end(id);
  play.add(request(21, { class: "batch" }), request(22, { class: "batch" }));
  for (let id = 100; id < 200 && !play.order.includes(22); id += 1) {
    play.add(request(id)).wait(10_000).end(id);
    if (play.sent.has(21)) play.end(21);
  }
  expect(play.order).toContain(21);
  expect(play.order).toContain(22);
});

test("a PC that pushed one model out for another is not asked to hold both again", () => {
  const unknown = (holds: string[]) => pc("one", { vramBytes: undefined, has: ["a", "b"], holds });
  const play = new Play({}, [unknown(["a"])]).add(request(1)).wait(1000).end(1);
  play
    .add(request(2, { model: "b" }))
    .wait(5000)
    .end(2);
  expect(play.commands.filter((one) => one.kind === "load" || one.kind === "unload")).toMatchObject([
    { kind: "load", model: "b" },
  ]);
  play.wait(5000).set(unknown(["b"]));
  expect(play.scheduler.overview(play.nowMs).copies.map((copy) => copy.model)).toEqual(["b"]);
  play.add(request(3)).wait(180_000);
  expect(play.sent.has(3)).toBe(true);
  expect(play.commands.filter((one) => one.kind === "load" || one.kind === "unload").slice(1, 3)).toMatchObject([
    { kind: "unload", model: "b" },
    { kind: "load", model: "a" },
  ]);
});
