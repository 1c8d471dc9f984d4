import { expect, test } from "vitest";
import type { Candidate } from "../../src/fleet/choose-node.ts";
import { chooseNode } from "../../src/fleet/choose-node.ts";

const node = (name: string, more: Partial<Candidate> = {}): Candidate => ({
  name,
  isResident: false,
  inFlight: 0,
  cap: 1,
  inFlightOfAll: 0,
  isSuspect: false,
  ...more,
});

test.each<[string, Candidate[], string | undefined, string | undefined]>([
  ["the first of equals", [node("a"), node("b")], undefined, "a"],
  ["the PC where the model is loaded", [node("a"), node("b", { isResident: true, inFlightOfAll: 1 })], "a", "b"],
  ["the PC that served the chat before", [node("a"), node("b", { inFlightOfAll: 1 })], "b", "b"],
  ["the PC with fewest requests", [node("a", { inFlightOfAll: 2 }), node("b", { inFlightOfAll: 1 })], undefined, "b"],
  [
    "a free PC over a full one with the model",
    [node("a", { isResident: true, inFlight: 1 }), node("b")],
    undefined,
    "b",
  ],
  [
    "a sound PC over one that just failed",
    [node("a", { isResident: true, isSuspect: true }), node("b")],
    undefined,
    "b",
  ],
  [
    "the one that just failed when nothing else is free",
    [node("a", { isSuspect: true }), node("b", { inFlight: 1 })],
    undefined,
    "a",
  ],
  ["none when all are full", [node("a", { inFlight: 1 }), node("b", { inFlight: 1 })], undefined, undefined],
])("the choice is %s", (_, candidates, lastNode, chosen) => {
  expect(chooseNode(candidates, lastNode)?.name).toBe(chosen);
});
