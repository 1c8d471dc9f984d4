import { expect, test } from "vitest";
import type { ModelRules } from "../../src/fleet/schedule/shapes.ts";
import { Play, pc, request } from "../fleet-schedule/play.ts";

/** Tells how many models the slow loop looks at. */
class Rules extends Map<string, ModelRules> {
  readonly asked = new Set<string>();
  override get(name: string): ModelRules | undefined {
    this.asked.add(name);
    return super.get(name);
  }
}

test("names of models that exist nowhere leave nothing behind that slows the others", () => {
  const rules = new Rules();
  const play = new Play({ rules }, [pc("one", { holds: ["a"] })]);
  for (let id = 1; id <= 500; id += 1) play.add(request(id, { model: `nobody-has:${id}` }));
  expect(play.gaveUp.size).toBe(500);
  play.wait(3000);
  rules.asked.clear();
  play.add(request(501)).wait(5000);
  expect([...rules.asked]).toEqual(["a"]);
  expect(play.sent.has(501)).toBe(true);
});
