import { expect, test } from "vitest";
import { Play, pc, request } from "../fleet-schedule/play.ts";

const models = new Map([["a", { sizeBytes: 40e9, digest: "sha-a" }]]);

test("a model that lay partly outside a GPU's memory once can be loaded there again", () => {
  const one = (holds: readonly string[]) =>
    pc("one", {
      ...{ models, vramBytes: undefined, shownVramBytes: 22e9 },
      resident: new Map(holds.map((name) => [name, { sizeBytes: 40e9, vramBytes: 22e9 }])),
    });
  const play = new Play({}, [one(["a"])]).add(request(1)).wait(500).end(1);
  play.wait(3_600_000).set(one([])).add(request(2)).wait(20_000);
  expect(play.sent.has(2)).toBe(true);
});

test("a model that is larger than every GPU of the settings is told with each of them, and not waited for", () => {
  const play = new Play({}, [pc("one", { models, vramBytes: 24e9 }), pc("two", { models, vramBytes: 16e9 })]);
  play.add(request(1)).wait(1000);
  expect(play.gaveUp.get(1)).toMatchObject({
    code: "FORBIDDEN",
    verdicts: [
      { node: "one", filteredBy: "memory", because: expect.stringContaining("24") },
      { node: "two", filteredBy: "memory" },
    ],
  });
});
