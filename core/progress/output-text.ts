import type { StepResult } from "../domain/plan.ts";

/** What a step brought back, as people read it: a text as it is, anything else as pretty-printed JSON. */
export function outputText({ body }: StepResult): string {
  return typeof body === "string" ? body : JSON.stringify(body, null, 2);
}
