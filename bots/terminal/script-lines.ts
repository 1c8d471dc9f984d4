import { z } from "zod";
import { isDeeper } from "../../core/domain/is-deeper.ts";
import { PRESS_ACTIONS, RUN_STATES } from "../../core/domain/plan-run.ts";
import { isTerminalName } from "./face-options.ts";

/** No script needs more; zod reads JSON by recursion. */
const MAX_DEPTH = 100;

const Name = z.string().refine(isTerminalName, "must be 1 to 60 letters, digits, dots, dashes or underscores");
const Within = z.number().positive().max(3600).optional();
const RunStates = z.enum(RUN_STATES);
const StepNumber = z.number().int().min(1);

const Change = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("drop"), step: StepNumber }),
  z.strictObject({ kind: z.literal("move"), step: StepNumber, to: StepNumber }),
  z.strictObject({
    kind: z.literal("set"),
    step: StepNumber,
    path: z.array(z.union([z.string(), z.number().int().min(0)])).min(1),
    value: z.json(),
  }),
  z.strictObject({ kind: z.literal("words"), text: z.string().min(1) }),
]);

const Say = z.strictObject({ as: Name.optional(), say: z.string() });
const Press = z.strictObject({
  as: Name.optional(),
  press: z.enum(PRESS_ACTIONS),
  /** `latest`: the last card of the chat; else a run's id or the end of it. */
  run: z.string().min(1).default("latest"),
  /** Which revision the person saw; absent: the one the card shows. */
  revision: z.number().int().min(1).optional(),
  change: Change.optional(),
});
const WaitIdle = z.strictObject({ wait: z.literal("idle"), within: Within });
const WaitCard = z.strictObject({
  wait: z.literal("card"),
  state: RunStates.optional(),
  revision: z.number().int().min(1).optional(),
  run: z.string().min(1).default("latest"),
  within: Within,
});
const GoTo = z.strictObject({ chat: Name });

export type ScriptLine =
  | ({ readonly kind: "say" } & z.infer<typeof Say>)
  | ({ readonly kind: "press" } & z.infer<typeof Press>)
  | ({ readonly kind: "wait-idle" } & z.infer<typeof WaitIdle>)
  | ({ readonly kind: "wait-card" } & z.infer<typeof WaitCard>)
  | ({ readonly kind: "chat" } & z.infer<typeof GoTo>);

export type ReadLine =
  | { readonly kind: "line"; readonly line: ScriptLine }
  | { readonly kind: "nothing" }
  | { readonly kind: "bad"; readonly why: string };

/** One line of a script. Empty lines and lines that begin with `#` are nothing. */
export function readScriptLine(text: string): ReadLine {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.startsWith("#")) return { kind: "nothing" };
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    return { kind: "bad", why: `not JSON: ${trimmed.slice(0, 60)}` };
  }
  if (isDeeper(value, MAX_DEPTH)) return { kind: "bad", why: `nested deeper than ${MAX_DEPTH} levels` };
  const shape = shapeOf(value);
  if (!shape) return { kind: "bad", why: 'wanted an object with one of "say", "press", "wait" or "chat"' };
  const parsed = shape.schema.safeParse(value);
  if (parsed.success) return { kind: "line", line: { kind: shape.kind, ...parsed.data } as ScriptLine };
  const [issue] = parsed.error.issues;
  const where = issue && issue.path.length > 0 ? `"${issue.path.join(".")}": ` : "";
  return { kind: "bad", why: `${where}${issue?.message ?? "unreadable"}` };
}

function shapeOf(value: unknown) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if ("say" in value) return { kind: "say", schema: Say } as const;
  if ("press" in value) return { kind: "press", schema: Press } as const;
  if ("wait" in value) {
    return value.wait === "card"
      ? ({ kind: "wait-card", schema: WaitCard } as const)
      : ({ kind: "wait-idle", schema: WaitIdle } as const);
  }
  return "chat" in value ? ({ kind: "chat", schema: GoTo } as const) : undefined;
}
