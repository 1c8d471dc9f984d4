import { expect, test } from "vitest";
import type { PcControl } from "../../src/demo/simulated-pc-control.ts";
import { type PullProgress, pullModel } from "../../src/fleet/pull/pull-model.ts";
import { removeModel } from "../../src/fleet/pull/remove-model.ts";
import { manualClock } from "../support/manual-clock.ts";
import { until } from "../support/until.ts";
import { failureOf, model, pc, pullHouse, seenAt } from "./able-house.ts";

const small = model("small:8b", { sizeBytes: 5e9 });
const fresh = model("fresh:3b", { sizeBytes: 2e9 });
const withRegistry = (name: string, more: object = {}) => ({ ...pc(name, small), registry: [fresh], ...more });
const pullsSeen = (control: PcControl) => seenAt(control, "/api/pull");

test("a model is pulled to every PC, and the progress is one sum over layers and PCs", async () => {
  const { deps, control } = await pullHouse([withRegistry("one"), withRegistry("two"), withRegistry("three")]);
  const told: PullProgress[] = [];
  const pulled = await pullModel({ name: "fresh:3b" }, { ...deps, onProgress: (progress) => told.push(progress) });
  expect(pulled.nodes.map(({ node, kind }) => [node, kind])).toEqual([
    ["one", "pulled"],
    ["two", "pulled"],
    ["three", "pulled"],
  ]);
  expect(Object.values(pulled.digests)).toEqual([["one", "two", "three"]]);
  for (const name of ["one", "two", "three"]) expect(control(name).models()).toEqual(["small:8b", "fresh:3b"]);
  expect(told.at(-1)).toMatchObject({ doneBytes: 6e9, totalBytes: 6e9 });
  const sums = told.map(({ doneBytes }) => doneBytes);
  expect(sums).toEqual([...sums].sort((a, b) => a - b));
  const shares = told
    .filter(({ totalBytes }) => totalBytes > 5e9)
    .map((one) => Math.round((one.doneBytes / one.totalBytes) * 1000));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
});

test("two PCs at most pull at the same time", async () => {
  const pcs = ["one", "two", "three"].map((name) => withRegistry(name, { pullBytesPerSecond: 2e10 }));
  const { deps, control } = await pullHouse(pcs, { timeFactor: 1 });
  let most = 0;
  const running = () =>
    ["one", "two", "three"].filter((name) => pullsSeen(control(name)).some((pull) => pull.state === "running")).length;
  const onProgress = () => {
    most = Math.max(most, running());
  };
  await pullModel({ name: "fresh:3b" }, { ...deps, onProgress });
  expect(most).toBe(2);
});

test.each(["disconnect", "end-without-done"] as const)(
  "a pull that breaks off (%s) is started again and goes on where it was",
  async (kind) => {
    const { deps, control } = await pullHouse([withRegistry("one")]);
    control("one").faults.push({ path: "/api/pull", kind, chunks: 8 }, { path: "/api/pull", kind, chunks: 4 });
    const told: PullProgress[] = [];
    const pulled = await pullModel({ name: "fresh:3b" }, { ...deps, onProgress: (progress) => told.push(progress) });
    expect(pulled.nodes).toMatchObject([{ kind: "pulled" }]);
    expect(pullsSeen(control("one"))).toHaveLength(3);
    expect(told.some(({ nodes }) => nodes[0]!.status === "interrupted" && nodes[0]!.doneBytes > 0)).toBe(true);
    const sums = told.map(({ doneBytes }) => doneBytes);
    expect(sums).toEqual([...sums].sort((a, b) => a - b));
  },
);

test("a registry that cannot be reached is tried five times, then named in Ollama's words", async () => {
  const { deps, control } = await pullHouse([withRegistry("one")]);
  const error = 'Get "https://registry.ollama.ai/v2/": dial tcp: lookup registry.ollama.ai: no such host';
  for (let i = 0; i < 9; i++) control("one").faults.push({ path: "/api/pull", kind: "error-line", chunks: 1, error });
  const { nodes } = await pullModel({ name: "fresh:3b" }, deps);
  expect(nodes).toMatchObject([
    { kind: "failed", error: { code: "PULL_FAILED", message: expect.stringContaining("no such host") } },
  ]);
  expect(pullsSeen(control("one"))).toHaveLength(5);
});

test("a model that the registry does not know is asked for once, and another PC's pull goes on", async () => {
  const { deps, control } = await pullHouse([pc("one", small), withRegistry("two")]);
  const { nodes } = await pullModel({ name: "fresh:3b" }, deps);
  expect(nodes).toMatchObject([{ kind: "failed", error: { code: "PULL_FAILED" } }, { kind: "pulled" }]);
  expect(pullsSeen(control("one"))).toHaveLength(1);
});

test("a PC that falls silent in the middle is asked again after a minute", async () => {
  const clock = manualClock();
  const { deps, control } = await pullHouse([withRegistry("one")], { clock });
  control("one").faults.push({ path: "/api/pull", kind: "hang", chunks: 5 });
  const pulling = pullModel({ name: "fresh:3b" }, deps);
  await until("it has begun", () => pullsSeen(control("one")).length === 1);
  await until("it is asked again", () => {
    void clock.advance(10_000);
    return pullsSeen(control("one")).length === 2;
  });
  expect((await pulling).nodes).toMatchObject([{ kind: "pulled" }]);
});

test("cancelling stops the pull at the PC, and the next one goes on there", async () => {
  const { deps, leaving, control } = await pullHouse([withRegistry("one", { pullBytesPerSecond: 1e9 })], {
    timeFactor: 1,
  });
  const onProgress = ({ doneBytes }: PullProgress) => {
    if (doneBytes > 0) leaving.abort();
  };
  expect(await failureOf(pullModel({ name: "fresh:3b" }, { ...deps, onProgress }))).toMatchObject({
    code: "CANCELLED",
  });
  await until("the PC knows that nobody waits", () => pullsSeen(control("one"))[0]!.state === "client-left");
  expect(control("one").models()).toEqual(["small:8b"]);
});

test("a pull stops as soon as it shows that the PC's disk budget is too small", async () => {
  const { deps, control } = await pullHouse(
    [withRegistry("one", { registry: [model("big:32b", { sizeBytes: 20e9 })] })],
    {
      room: { one: { diskBytes: 24e9 } },
    },
  );
  const { nodes } = await pullModel({ name: "big:32b" }, deps);
  expect(nodes).toMatchObject([{ kind: "failed", error: { code: "NODE_DISK_FULL" } }]);
  const [failed] = nodes;
  const message = failed?.kind === "failed" ? failed.error.message : "";
  expect(message).toMatch(/^one has no room: big:32b takes at least 20.0 GB, and 19.0 GB of the 24.0 GB/);
  await until("the PC knows that nobody waits", () => pullsSeen(control("one"))[0]!.state === "client-left");
  expect(control("one").models()).toEqual(["small:8b"]);
});

test("Ollama's own full disk is told as that, and not tried again", async () => {
  const { deps, control } = await pullHouse([withRegistry("one", { diskBytes: 6e9 })]);
  const { nodes } = await pullModel({ name: "fresh:3b" }, deps);
  expect(nodes).toMatchObject([
    { kind: "failed", error: { code: "NODE_DISK_FULL", message: expect.stringContaining("no space left on device") } },
  ]);
  expect(pullsSeen(control("one"))).toHaveLength(1);
});

test("what is there already is not pulled, and the same digest everywhere is no drift", async () => {
  const { deps, control } = await pullHouse([withRegistry("one"), withRegistry("two")]);
  const { nodes, digests } = await pullModel({ name: "small:8b" }, deps);
  expect(nodes.map(({ kind }) => kind)).toEqual(["already-there", "already-there"]);
  expect(Object.keys(digests)).toHaveLength(1);
  expect(pullsSeen(control("one"))).toHaveLength(0);
});

test("PCs that hold different models under one name are told apart by digest", async () => {
  const newer = model("small:8b", { sizeBytes: 5.5e9 });
  const { deps } = await pullHouse([withRegistry("one", { registry: [newer] }), { ...pc("two", newer) }]);
  const before = await pullModel({ name: "small:8b" }, deps);
  expect(Object.values(before.digests)).toEqual([["one"], ["two"]]);
  const after = await pullModel({ name: "small:8b", nodes: ["one"], again: true }, deps);
  expect(after.nodes).toMatchObject([{ node: "one", kind: "pulled", sizeBytes: 5.5e9 }]);
  expect(Object.values(after.digests)).toEqual([["one", "two"]]);
});

test("without names PCs that are down, too small or forbidden are passed over, with the reason", async () => {
  const holder = withRegistry("holder");
  const pcs = [
    { ...holder, models: [small, fresh] },
    withRegistry("tiny"),
    withRegistry("full"),
    withRegistry("off"),
    withRegistry("no"),
  ];
  const room = { tiny: { vramBytes: 1e9 }, full: { diskBytes: 6e9 }, no: { forbidden: ["fresh:3b"] } };
  const { deps, control } = await pullHouse(pcs, { room });
  await control("off").goDown();
  const { nodes } = await pullModel({ name: "fresh:3b" }, deps);
  expect(nodes).toMatchObject([
    { node: "holder", kind: "already-there" },
    { node: "tiny", kind: "skipped", why: "It takes 2.0 GB, and there its GPU has 1.0 GB." },
    { node: "full", kind: "skipped", why: "It takes 2.0 GB, and there its disk has free 1.0 GB." },
    { node: "off", kind: "skipped", why: expect.stringContaining("nothing listens there") },
    { node: "no", kind: "skipped", why: "The settings forbid it there." },
  ]);
  expect((await pullModel({ name: "fresh:3b", nodes: ["tiny"] }, deps)).nodes).toMatchObject([{ kind: "pulled" }]);
  expect((await pullModel({ name: "fresh:3b", nodes: ["off"] }, deps)).nodes).toMatchObject([{ kind: "failed" }]);
});

test("a PC that is not set, and a fleet without a PC, are named", async () => {
  const { deps } = await pullHouse([withRegistry("one")]);
  expect(await failureOf(pullModel({ name: "fresh:3b", nodes: ["oen"] }, deps))).toMatchObject({
    code: "INPUT_INVALID",
    message: 'There is no PC named "oen". There are: one.',
  });
  expect(await failureOf(pullModel({ name: "fresh:3b" }, { ...deps, nodes: [] }))).toMatchObject({
    code: "FLEET_EMPTY",
  });
});

test("a PC that is not Ollama fails with its name", async () => {
  const { deps, control } = await pullHouse([withRegistry("one")]);
  control("one").overrides.set("/api/pull", { status: 200, body: "<html>hello</html>" });
  const { nodes } = await pullModel({ name: "fresh:3b" }, deps);
  expect(nodes).toMatchObject([
    { kind: "failed", error: { code: "NODE_FAILED", message: expect.stringMatching(/^one /) } },
  ]);
});

test("a model is removed where it is said, and twice does no harm", async () => {
  const { deps, control } = await pullHouse([withRegistry("one"), withRegistry("two")]);
  const remove = () => removeModel({ name: "small:8b", nodes: ["one"] }, deps);
  expect(await remove()).toEqual([{ node: "one", kind: "removed" }]);
  expect(await remove()).toEqual([{ node: "one", kind: "not-there" }]);
  expect([control("one").models(), control("two").models()]).toEqual([[], ["small:8b"]]);
  expect(await failureOf(removeModel({ name: "small:8b", nodes: ["x"] }, deps))).toMatchObject({
    code: "INPUT_INVALID",
  });
});
