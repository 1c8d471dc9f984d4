import { expect, test } from "vitest";
import { createScheduler } from "../../src/fleet/schedule/create-scheduler.ts";
import type { NodeFacts } from "../../src/fleet/schedule/shapes.ts";

const seen = (digest: string): NodeFacts => ({
  ...{ name: "one", health: "up", isDrained: false, labels: [], taints: [], resident: new Map() },
  models: new Map([
    ["small:8b", { digest, sizeBytes: 5e9 }],
    ["other:8b", { digest: "o", sizeBytes: 5e9 }],
  ]),
});

test("what was learned of a model on a PC is forgotten when another model stands behind its name", () => {
  const scheduler = createScheduler();
  let id = 0;
  const loadTimes = () => Object.keys((scheduler.memory() as { rates: { load: object } }).rates.load);
  const use = (model: string, nowMs: number) => {
    id += 1;
    scheduler.add({ id, model, class: "interactive", share: "", promptTokens: 10 }, nowMs);
    const load = scheduler.step(nowMs).find((command) => command.kind === "load");
    expect(load).toMatchObject({ node: "one", model });
    scheduler.loadEnded("one", model, { isLoaded: true }, nowMs + 2500);
    scheduler.step(nowMs + 2500);
    scheduler.end(id, { kind: "done" }, nowMs + 2600);
  };
  scheduler.setNode(seen("first"), 0);
  use("small:8b", 0);
  use("other:8b", 5000);
  expect(loadTimes().sort()).toEqual(["one\nother:8b", "one\nsmall:8b"]);
  scheduler.setNode(seen("first"), 20_000);
  expect(loadTimes()).toHaveLength(2);
  scheduler.setNode(seen("second"), 21_000);
  expect(loadTimes()).toEqual(["one\nother:8b"]);
});
