import type { StepResult } from "../domain/plan.ts";
import type { Json } from "../domain/result.ts";

/** Blanks and line ends beyond which JSON stays as compact as it came. */
const MOST_LAYOUT = 2_000_000;

/**
 * What a step brought back, as people read it: a text as it is, anything else as pretty-printed JSON. Where that would
 * be mostly blanks (millions of values, deep inside) the JSON is compact: five megabytes could else become a gigabyte,
 * which is longer than a string can be.
 */
export function outputText({ body }: StepResult): string {
  if (typeof body === "string") return body;
  return layoutOf(body) <= MOST_LAYOUT ? JSON.stringify(body, null, 2) : JSON.stringify(body);
}

/** Characters that pretty-printing adds, counted no further than is asked for. */
function layoutOf(body: Json): number {
  let added = 0;
  let level: Json[] = [body];
  for (let depth = 1; level.length > 0 && added <= MOST_LAYOUT; depth++) {
    const next: Json[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      const inside = Array.isArray(value) ? value : Object.values(value);
      added += inside.length * (2 * depth + 1) + 2 * depth;
      if (added > MOST_LAYOUT) break;
      for (const item of inside) next.push(item);
    }
    level = next;
  }
  return added;
}
