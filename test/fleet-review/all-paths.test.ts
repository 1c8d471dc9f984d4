import { expect, test } from "vitest";
import { createFleet } from "../../src/fleet/fleet.ts";
import { createAskModel } from "../../src/fleet/probe/ask-model.ts";
import { formatQuestion, TASKS, toolsQuestion } from "../../src/fleet/probe/questions.ts";
import { ask, model, NEVER, pc, quiet, simulate } from "../fleet/simulation.ts";
import { fastClock } from "../support/fast-clock.ts";
import { until } from "../support/until.ts";

const BOTH = model("both:8b", { capabilities: ["completion", "tools", "embedding"], numParallel: 2, sizeBytes: 3e9 });

/** Models that were loaded anew while they were in memory. */
function reloads(events: readonly string[]): string[] {
  const held = new Set<string>();
  const again: string[] = [];
  for (const [what, name] of events.map((event) => event.split(" ") as [string, string])) {
    if (what === "loading" && held.has(name)) again.push(name);
    if (what === "loaded") held.add(name);
    if (what === "unloaded") held.delete(name);
  }
  return again;
}

test("chats, tools, vectors and tests of two Pilotos on the same PCs never make one load a model afresh", async () => {
  const clock = fastClock(20);
  const models = { "both:8b": { slots: 2, options: { num_gpu: 9 } } };
  const { fleet, simulated, control } = await simulate([pc("one", BOTH), pc("two", BOTH)], {
    ...{ clock, timeFactor: 0.2, fleet: { models } },
  });
  const other = createFleet({ nodes: simulated.nodes, clock, logger: quiet, models });
  const most = { one: 0, two: 0 };
  const tools = [{ name: "look", description: "Looks.", parameters: { type: "object" } }];
  const work = Array.from({ length: 36 }, (_, i) => {
    const one = i % 2 === 0 ? fleet : other;
    if (i % 9 === 8) return one.embed({ model: "both:8b", texts: ["a", "b"] }, NEVER);
    if (i % 9 === 7) {
      const put = createAskModel({ router: one.router, prepare: one.prepare, clock }, { isQuiet: false });
      return put("both:8b", i % 2 === 0 ? toolsQuestion(TASKS[0]!) : formatQuestion(TASKS[0]!), NEVER);
    }
    return one.chat(ask(`request ${i} says some words`, { ...(i % 3 === 0 && { tools }) }), NEVER).finally(() => {
      for (const name of ["one", "two"] as const) {
        const { active, waiting } = control(name).counts();
        most[name] = Math.max(most[name], active + waiting);
      }
    });
  });
  expect(await Promise.all(work)).toHaveLength(36);
  await other.stop();
  for (const name of ["one", "two"] as const) {
    expect(reloads(control(name).events)).toEqual([]);
    expect(most[name]).toBeLessThanOrEqual(4);
    await until("nothing runs", () => Object.values(control(name).counts()).every((count) => count === 0));
  }
}, 20_000);

test("callers who leave while they wait, while a model loads or in the tick of sending leave nothing behind", async () => {
  const { fleet, control } = await simulate([pc("one")], { fleet: { models: { "small:8b": { slots: 1 } } } });
  const leavers = Array.from({ length: 300 }, () => new AbortController());
  const ends = leavers.map(({ signal }, i) => fleet.chat(ask(`request ${i}`), signal).then(() => "answered", codeOf));
  leavers[0]!.abort();
  await until("it loads", () => control("one").events.length > 0);
  for (const leaver of leavers.slice(1, 200)) leaver.abort();
  const route = fleet.router.route(
    { model: "small:8b", class: "interactive", share: "", promptTokens: 9 },
    NEVER,
    () => {
      throw new TypeError("thrown at once");
    },
  );
  await expect(route).rejects.toThrow("thrown at once");
  for (const leaver of leavers.slice(200)) leaver.abort();
  expect(new Set(await Promise.all(ends)).has("CANCELLED")).toBe(true);
  const { copies, queues } = fleet.router.overview();
  expect([copies.map(({ inFlight }) => inFlight), queues]).toEqual([[0], []]);
  expect(await fleet.chat(ask("room again"), NEVER)).toMatchObject({ text: "room again" });
  await fleet.stop();

  function codeOf({ code }: { code: string }): string {
    return code;
  }
});
