import { z } from "zod";

const Finding = z.object({
  works: z.boolean(),
  /** One sentence for people: what was seen. */
  evidence: z.string().max(400),
});

/** What tests of a model showed. It holds for the digest, on whatever PC it lies. */
export const ModelVerdict = z.object({
  digest: z.string().min(1).max(200),
  /** As it was called when it was tested. */
  name: z.string().max(500),
  /** The way in that works for planning, the better one first. */
  planning: z.enum(["tools", "format", "neither"]),
  tools: Finding,
  format: Finding,
  thinking: Finding,
  vision: Finding,
  /** Milliseconds since 1970. */
  testedAtMs: z.number(),
});

export type Finding = Readonly<z.infer<typeof Finding>>;
export type ModelVerdict = Readonly<z.infer<typeof ModelVerdict>>;

/** Native calls before JSON: they need less of the prompt and stream words while the model writes. */
export function planningOf({ tools, format }: Pick<ModelVerdict, "tools" | "format">): ModelVerdict["planning"] {
  if (tools.works) return "tools";
  return format.works ? "format" : "neither";
}
