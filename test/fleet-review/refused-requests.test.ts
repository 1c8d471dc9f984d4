import { expect, test } from "vitest";
import { ask, chatsSeen, failureOf, model, NEVER, pc, simulate } from "../fleet/simulation.ts";

const REFUSAL = { kind: "status", status: 400, error: "invalid JSON schema in format" } as const;

test("a request that a PC refuses for what it says goes to no other PC, and no PC is left alone for it", async () => {
  const { fleet, control } = await simulate([pc("one"), pc("two")]);
  for (const name of ["one", "two"]) control(name).faults.push(REFUSAL, REFUSAL, REFUSAL, REFUSAL, REFUSAL);
  for (let i = 0; i < 4; i++) {
    const failure = await failureOf(fleet.chat(ask("hello"), NEVER));
    expect(failure).toMatchObject({ message: expect.stringContaining("invalid JSON schema in format") });
  }
  expect(chatsSeen(control("one")).length + chatsSeen(control("two")).length).toBe(4);
  expect(fleet.router.overview().nodes.map(({ breaker }) => breaker)).toEqual(["closed", "closed"]);
});

test("texts that a PC refuses to embed are refused once", async () => {
  const embeds = model("embed:1b", { capabilities: ["embedding"] });
  const { fleet, control } = await simulate([pc("one", embeds), pc("two", embeds)]);
  await fleet.embed({ model: "embed:1b", texts: ["a"] }, NEVER);
  for (const name of ["one", "two"]) control(name).faults.push({ ...REFUSAL, path: "/api/embed" });
  expect(await failureOf(fleet.embed({ model: "embed:1b", texts: ["a"] }, NEVER))).toMatchObject({
    code: "MODEL_LACKS_ABILITY",
  });
});

test.each(["/api/generate", "/api/show", "/api/version"])(
  "a PC that speaks of thinking where nobody asked (%s) is a failed PC, not the end of Piloto",
  async (path) => {
    const old = { ...pc("one"), version: "0.5.0" };
    const { fleet, control } = await simulate([old]);
    control("one").faults.push({ ...REFUSAL, path, error: '"small:8b" does not support thinking' });
    const failure = await failureOf(fleet.chat(ask("hello"), AbortSignal.timeout(2000)));
    expect(failure?.code ?? "answered").toMatch(/answered|NODE_FAILED|FLEET_EMPTY|CANCELLED/);
  },
);

test("a model that refuses to think also when it was not asked to is told as refusing", async () => {
  const { fleet, control } = await simulate([pc("one")]);
  const refusal = { ...REFUSAL, error: '"small:8b" does not support thinking' };
  control("one").faults.push(refusal, refusal);
  expect(await failureOf(fleet.chat(ask("hello"), NEVER))).toMatchObject({ code: "MODEL_LACKS_ABILITY" });
});
