import fc from "fast-check";
import { expect, test } from "vitest";
import { PLACEMENT_OPTIONS } from "../../src/fleet/schedule/place-options.ts";
import { DONE, Play, pc, request } from "../fleet-schedule/play.ts";

const MODELS = ["a", "b", "c"];
const arrivals = fc.array(
  fc.record({ model: fc.constantFrom(...MODELS), afterMs: fc.integer({ min: 0, max: 8000 }), batch: fc.boolean() }),
  { minLength: 20, maxLength: 80 },
);

test("whatever is asked for, no model is sent away before its time, nor with answers under way", () => {
  let unloads = 0;
  fc.assert(
    fc.property(arrivals, (asked) => {
      const play = new Play({}, [
        pc("one", { has: MODELS, vramBytes: 8e9 }),
        pc("two", { has: MODELS, vramBytes: 12e9 }),
      ]);
      const readyMs = new Map<string, number>();
      let read = 0;
      const look = () => {
        for (const { node, model, state, sinceMs } of play.scheduler.overview(play.nowMs).copies) {
          if (state === "ready") readyMs.set(`${node} ${model}`, sinceMs);
        }
        for (const command of play.commands.slice(read)) {
          if (command.kind !== "unload") continue;
          unloads += 1;
          const sinceMs = readyMs.get(`${command.node} ${command.model}`);
          if (sinceMs !== undefined)
            expect(play.nowMs - sinceMs).toBeGreaterThanOrEqual(PLACEMENT_OPTIONS.hardResidencyMs);
          const running = [...play.sent.values()].filter(
            (one) => one.node === command.node && one.request.model === command.model && one.atMs < play.nowMs,
          );
          expect(running).toEqual([]);
        }
        read = play.commands.length;
      };
      asked.forEach(({ model, afterMs, batch }, at) => {
        for (let ms = 0; ms < afterMs; ms += 500) {
          play.wait(500);
          look();
          for (const [id, { atMs }] of [...play.sent]) if (play.nowMs - atMs >= 3000) play.end(id, DONE);
        }
        play.add(request(at + 1, { model, class: batch ? "batch" : "interactive" }));
        look();
      });
    }),
    { seed: 5, numRuns: 10 },
  );
  expect(unloads).toBeGreaterThan(0);
});
