import { describe, expect, test } from "vitest";
import { decisionTable, headline, outcome, verdictTable } from "../../src/cli/explain-text.ts";
import { modelTable, nodeTable } from "../../src/cli/fleet-text.ts";
import { judgeFleet, type NodeLook } from "../../src/cli/judge-fleet.ts";
import type { Explanation } from "../../src/fleet/schedule/shapes.ts";
import type { FleetPicture } from "../../src/fleet-control.ts";

const GIB = 2 ** 30;
const up = { health: "up", version: "0.40.0", requestsInFlight: 0, resident: [] } as const;
const picture: FleetPicture = {
  nodes: [
    { ...up, name: "pc1", url: "http://pc1", requestsInFlight: 2, resident: ["a:8b", "old:1b"] },
    { ...up, name: "pc2", url: "http://pc2", isDrained: true },
    {
      name: "pc3",
      url: "http://pc3",
      health: "down",
      reason: "pc3 (http://pc3) could not be reached.",
      resident: [],
      requestsInFlight: 0,
    },
    { ...up, name: "pc4", url: "http://pc4", isOnTrial: true, requestsInFlight: 1 },
  ],
  models: [{ name: "a:8b", abilities: ["completion", "tools"], contextLength: 8192, nodes: ["pc1", "pc2"] }],
  scheduler: {
    copies: [
      { node: "pc1", model: "a:8b", state: "ready", inFlight: 2, slots: 2, sinceMs: 0 },
      { node: "pc2", model: "a:8b", state: "loading", inFlight: 0, slots: 1, sinceMs: 0 },
    ],
    queues: [
      { model: "a:8b", interactive: 1, batch: 5 },
      { model: "gone:1b", interactive: 1, batch: 0 },
    ],
    nodes: [],
  },
};

describe("piloto fleet", () => {
  test("tells of each PC how it stands, what it works on and what it holds", () => {
    expect(nodeTable(picture, true).rows).toEqual([
      ["pc1", "up", "0.40.0", "2 of 2", "a:8b, old:1b", "http://pc1"],
      ["pc2", "up, drained", "0.40.0", "0", "a:8b (loading)", "http://pc2"],
      ["pc3", "down: could not be reached", "", "0", "", "http://pc3"],
      ["pc4", "up, on trial", "0.40.0", "1", "", "http://pc4"],
    ]);
  });

  test("leaves out what only a running Piloto knows", () => {
    expect(nodeTable(picture, false).head).toEqual(["pc", "state", "ollama", "in memory", "address"]);
    expect(nodeTable(picture, false).rows[0]).toEqual(["pc1", "up", "0.40.0", "a:8b, old:1b", "http://pc1"]);
  });

  test("tells of each model where it is and who waits, of models without a PC too", () => {
    expect(modelTable(picture, true)).toEqual({
      head: ["model", "can", "context", "on disk of", "in memory of", "waiting"],
      rows: [
        ["a:8b", "completion, tools", "8192", "pc1, pc2", "pc1, pc2 (loading)", "1 interactive, 5 batch"],
        ["gone:1b", "", "", "(no PC)", "", "1 interactive, 0 batch"],
      ],
    });
    expect(modelTable(picture, false).head).not.toContain("waiting");
  });
});

const explained: Explanation = {
  ...{ model: "a:8b", class: "interactive", share: "shop", atMs: Date.UTC(2026, 0, 5, 9, 8, 7), chosen: "pc2" },
  verdicts: [
    { node: "pc1", filteredBy: "drained", because: "it is drained" },
    { node: "pc3", scores: { "first-token": -900.4, spread: 0 }, total: -900.4, firstTokenMs: 900.4 },
    { node: "pc2", scores: { "first-token": -300, affinity: 120.6 }, total: -179.4, firstTokenMs: 179.4 },
  ],
};

describe("piloto fleet explain", () => {
  test("says where a request goes, and why not elsewhere, the best first", () => {
    expect(headline(explained)).toBe("a:8b, interactive, for shop: goes to pc2, first token in about 179 ms.");
    expect(verdictTable(explained).rows).toEqual([
      ["pc2", "chosen", "179 ms", "-179", "first-token -300, affinity 121"],
      ["pc3", "possible", "900 ms", "-900", "first-token -900"],
      ["pc1", "out: drained", "", "", "it is drained"],
    ]);
    expect(decisionTable([explained]).rows).toEqual([
      ["09:08:07", "a:8b", "interactive", "shop", "went to pc2, first token in about 179 ms"],
    ]);
  });

  test.each([
    [{ ahead: 3, why: "busy", aboutMs: 40_000 }, "waits about 40 s, 3 before it: the PCs that may serve it are busy"],
    [{ ahead: 0, why: "loading", node: "pc2", aboutMs: 4_000 }, "waits about 4.0 s: the model is loading on pc2"],
    [{ ahead: 0, why: "no-pc" }, "waits: no PC can"],
    [undefined, "waits until a PC is free for it"],
  ] as const)("says what it waits for: %j", (wait, sentence) => {
    expect(outcome({ ...explained, chosen: undefined, wait })).toBe(sentence);
  });

  test("says so when no PC has the model in its memory yet", () => {
    const verdicts = [{ node: "pc1", filteredBy: "resident", because: "the model is not in its memory" }];
    expect(outcome({ ...explained, chosen: undefined, verdicts })).toBe("waits until a PC has loaded it");
  });

  test("says so when settings and disks leave no PC", () => {
    const verdicts = [{ node: "pc1", filteredBy: "model", because: "it does not have the model" }];
    expect(outcome({ ...explained, chosen: undefined, verdicts })).toBe("goes nowhere: no PC may serve it");
  });
});

const look = (name: string, more: Partial<NodeLook> = {}): NodeLook => ({
  ...{ name, version: "0.40.0", models: [{ name: "a:8b", digest: "sha256:aaaa", sizeBytes: 5 * GIB }], resident: [] },
  ...more,
});
const told = (looks: readonly NodeLook[], settings = {}) =>
  judgeFleet(looks, { fleet: [], models: {}, ...settings }).map(
    ({ what, state, found }) => `${state} ${what}: ${found}`,
  );

describe("piloto doctor finds in the fleet", () => {
  test("nothing, where all PCs are alike", () => {
    expect(told([look("pc1"), look("pc2")])).toEqual([]);
  });

  test("PCs with different versions, and one name for different models", () => {
    const other = look("pc2", { version: "0.38.1", models: [{ name: "a:8b", digest: "sha256:bbbb" }] });
    expect(told([look("pc1"), other])).toEqual([
      "warn versions: pc1 0.40.0, pc2 0.38.1",
      "warn a:8b: not the same everywhere: pc1 aaaa, pc2 bbbb",
    ]);
  });

  test("models that fit nowhere, where the memory is set", () => {
    const pc = (name: string, vramGB?: number) => ({ name, url: `http://${name}`, vramGB });
    const looks = [look("pc1"), look("pc2")];
    expect(told(looks, { fleet: [pc("pc1", 4), pc("pc2", 2)] })).toEqual([
      "warn a:8b: takes 5.0 GB, and no PC that has it has room (pc1: 4.0 GB, pc2: 2.0 GB)",
    ]);
    expect(told(looks, { fleet: [pc("pc1", 4), pc("pc2", 8)] })).toEqual([]);
    expect(told(looks, { fleet: [pc("pc1", 4), pc("pc2")] })).toEqual([]);
  });

  test("models that what is pinned leaves no room for", () => {
    const models = ["a:8b", "big:32b"].map((name, i) => ({ name, digest: name, sizeBytes: (5 + 15 * i) * GIB }));
    const pinned = { models: { "a:8b": { pinned: ["pc1"] } }, fleet: [{ name: "pc1", url: "http://pc1", vramGB: 24 }] };
    expect(told([look("pc1", { models })], pinned)).toEqual([
      "warn big:32b: takes 20.0 GB, and no PC that has it has room beside what is pinned there (pc1: 19.0 GB)",
    ]);
    expect(told([look("pc1", { models })], { ...pinned, models: {} })).toEqual([]);
  });

  test("models that lie in part beside the GPU", () => {
    const resident = [{ name: "a:8b", sizeBytes: 10 * GIB, vramBytes: 7 * GIB }];
    expect(told([look("pc1", { resident })])).toEqual([
      "warn pc1: a:8b lies 30 % outside the GPU's memory and is slow",
    ]);
  });

  test("pins that no PC can keep", () => {
    const models = { "b:1b": { pinned: ["pc1", "pc2"] }, "a:8b": { pinned: ["pc1"] } };
    expect(told([look("pc1")], { models })).toEqual([
      "bad b:1b: pinned on pc1, which does not have it",
      "bad b:1b: pinned on pc2, which does not answer",
    ]);
  });
});
