import { expect, test } from "vitest";
import type { FleetModel } from "../../core/domain/fleet-node.ts";
import { chooseModel } from "../../core/planning/choose-model.ts";

const model = (name: string, more: Partial<FleetModel> = {}): FleetModel => ({
  name,
  abilities: ["completion", "tools"],
  contextLength: 8192,
  nodes: ["one"],
  ...more,
});
const wordsOnly = (name: string, more: Partial<FleetModel> = {}) => model(name, { abilities: ["completion"], ...more });

test.each([
  ["tools", "tools"],
  ["format", "format"],
  ["neither", "format"],
  [undefined, "tools"],
] as const)("a model that is named and was tested as %s plans by %s", (planning, way) => {
  expect(chooseModel([model("a:1b", { planning })], "a:1b")).toEqual({ name: "a:1b", way, contextTokens: 8192 });
});

test("a model that says nothing of tools and was not tested plans by format", () => {
  expect(chooseModel([wordsOnly("a:1b")]).way).toBe("format");
});

test("without a name the first that plans by tools is taken, tested or not", () => {
  expect(chooseModel([wordsOnly("words:1b"), model("b:8b"), model("c:8b", { planning: "tools" })]).name).toBe("b:8b");
});

test("a model whose tools failed their test gives way to one that was not tested", () => {
  const models = [model("broken:8b", { planning: "format" }), model("new:8b")];
  expect(chooseModel(models)).toMatchObject({ name: "new:8b", way: "tools" });
});

test("a model that plans by neither is taken only when nothing else is there", () => {
  const hopeless = model("hopeless:1b", { planning: "neither" });
  expect(chooseModel([hopeless, wordsOnly("words:1b")])).toMatchObject({ name: "words:1b", way: "format" });
  expect(chooseModel([hopeless])).toMatchObject({ name: "hopeless:1b", way: "format" });
});

test("a name without its tag means latest, and an embedding model cannot plan", () => {
  const models = [model("plain:latest"), model("embed:latest", { abilities: ["embedding"] })];
  expect(chooseModel(models, "plain").name).toBe("plain:latest");
  expect(() => chooseModel(models, "embed")).toThrow(expect.objectContaining({ code: "MODEL_LACKS_ABILITY" }));
  expect(() => chooseModel(models, "gone")).toThrow(expect.objectContaining({ code: "MODEL_MISSING" }));
  expect(() => chooseModel([models[1]!])).toThrow(expect.objectContaining({ code: "FLEET_EMPTY" }));
});
