import { expect, test } from "vitest";
import { fullName } from "../../src/fleet/model-name.ts";
import { ask, codeOf, failureOf, IMPATIENT, model, NEVER, pc, simulate } from "./simulation.ts";

const embedder = model("embed:latest", { capabilities: ["embedding"], contextLength: 2048 });

test("models are listed over all PCs with what every PC's copy can do and the context they get", async () => {
  const { fleet } = await simulate(
    [
      pc("one", model("small:8b"), model("tiny", { contextLength: 4096 })),
      pc("two", model("small:8b", { contextLength: 6000 })),
    ],
    { fleet: { models: { small: {}, "tiny:latest": { contextTokens: 1000 } } } },
  );
  const models = await fleet.models();
  expect(models.map(({ name, contextLength, nodes }) => ({ name, contextLength, nodes }))).toEqual([
    { name: "small:8b", contextLength: 6000, nodes: ["one", "two"] },
    { name: "tiny:latest", contextLength: 1000, nodes: ["one"] },
  ]);
  expect(models[0]!.abilities).toEqual(["completion", "tools"]);
});

test("an older PC that tells no abilities in its list is asked for each model, once", async () => {
  const old = { ...pc("old", model("a:1b"), embedder), tellsCapabilitiesInTags: false };
  const { fleet, control } = await simulate([old, { ...old, name: "old too" }]);
  expect((await fleet.models()).map(({ name, abilities }) => [name, abilities])).toEqual([
    ["a:1b", ["completion", "tools"]],
    ["embed:latest", ["embedding"]],
  ]);
  const shows = ["old", "old too"].flatMap((name) => control(name).seen.filter(({ path }) => path === "/api/show"));
  const before = shows.length;
  await control("old").goDown();
  await control("old").comeBack();
  control("old").faults.push({ kind: "disconnect", chunks: 0 });
  await fleet.chat(ask("hello"), NEVER);
  const after = ["old", "old too"].flatMap((name) => control(name).seen.filter(({ path }) => path === "/api/show"));
  expect(after.length).toBe(before);
});

test("a name without a tag means latest", async () => {
  const { fleet } = await simulate([pc("one", model("plain:latest"))]);
  expect(await fleet.chat(ask("hello", { model: "plain" }), NEVER)).toMatchObject({ model: "plain:latest" });
  expect(fullName("registry:5000/team/model")).toBe("registry:5000/team/model:latest");
});

test("a request that names no model gets the default, or one that can call tools", async () => {
  const models = [model("plain:1b", { capabilities: ["completion"] }), embedder, model("tools:8b")];
  const tools = [{ name: "t", description: "", parameters: {} }];
  const open = await simulate([pc("one", ...models)]);
  expect((await open.fleet.chat(ask("hello"), NEVER)).model).toBe("tools:8b");
  const set = await simulate([pc("one", ...models)], { fleet: { defaultModel: "plain:1b" } });
  expect((await set.fleet.chat(ask("hello"), NEVER)).model).toBe("plain:1b");
  expect((await set.fleet.chat(ask("hello", { tools }), NEVER)).model).toBe("tools:8b");
});

test("a model that no PC has is missing, and those that are there are named", async () => {
  const { fleet } = await simulate([pc("one")]);
  expect(await failureOf(fleet.chat(ask("hello", { model: "gone:1b" }), NEVER))).toMatchObject({
    code: "MODEL_MISSING",
    message: expect.stringContaining("small:8b"),
  });
});

test("a model that cannot do what is asked is not asked", async () => {
  const { fleet, control } = await simulate([pc("one", model("plain:1b", { capabilities: ["completion"] }))]);
  const tools = [{ name: "t", description: "", parameters: {} }];
  expect(await codeOf(fleet.chat(ask("hello", { tools }), NEVER))).toBe("MODEL_LACKS_ABILITY");
  expect(await codeOf(fleet.embed({ model: "plain:1b", texts: ["a"] }, NEVER))).toBe("MODEL_LACKS_ABILITY");
  expect(control("one").seen.filter(({ path }) => path !== "/api/version")).toHaveLength(2);
});

test("texts become vectors of unit length, the same for the same text", async () => {
  const { fleet } = await simulate([pc("one", embedder)]);
  const [a, b, again] = await fleet.embed({ model: "embed", texts: ["red lamp", "blue door", "red lamp"] }, NEVER);
  expect(again).toEqual(a);
  expect(b).not.toEqual(a);
  expect(Math.hypot(...a!)).toBeCloseTo(1, 6);
  expect(await fleet.embed({ model: "embed", texts: [] }, NEVER)).toEqual([]);
});

test("a text longer than the model reads is refused, not cut", async () => {
  const { fleet } = await simulate([pc("one", embedder)]);
  const texts = ["short", "long ".repeat(4000)];
  expect(await codeOf(fleet.embed({ model: "embed", texts }, NEVER))).toBe("CONTEXT_TOO_LARGE");
});

test("vectors that are too few, uneven or no numbers are a failure of the PC", async () => {
  const { fleet, control } = await simulate([pc("one", embedder)]);
  await fleet.models();
  for (const embeddings of [[[1, 0]], [[1, 0], [1]], [["a"], ["b"]], "none"]) {
    control("one").overrides.set("/api/embed", { status: 200, body: JSON.stringify({ embeddings }) });
    expect(await codeOf(fleet.embed({ model: "embed", texts: ["a", "b"] }, NEVER))).toBe("NODE_FAILED");
    control("one").overrides.clear();
    expect(await fleet.embed({ model: "embed", texts: ["a", "b"] }, NEVER)).toHaveLength(2);
  }
});

test("a list of models that nests without end, or is no list, puts the PC down with a reason", async () => {
  const { fleet, control } = await simulate([pc("one")], { fleet: { timing: IMPATIENT } });
  control("one").overrides.set("/api/tags", {
    status: 200,
    body: `{"models":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
  });
  expect(await fleet.nodes()).toMatchObject([{ health: "down", reason: expect.stringContaining("/api/tags") }]);
  expect(await codeOf(fleet.chat(ask("hello"), NEVER))).toBe("FLEET_EMPTY");
});

test("while every PC is down the models that they had stay, since a request may wait for one to return", async () => {
  const { fleet, control } = await simulate([pc("one", model("small:8b"))], { fleet: { timing: IMPATIENT } });
  fleet.start();
  expect((await fleet.models()).map(({ name }) => name)).toEqual(["small:8b"]);
  await control("one").goDown();
  await expect.poll(async () => (await fleet.nodes())[0]?.health).toBe("down");
  expect((await fleet.models()).map(({ name }) => name)).toEqual(["small:8b"]);
});
