import { z } from "zod";
import type { Json } from "../../core/domain/result.ts";
import type { Usage } from "./schedule/shapes.ts";

/** Came out of JSON.parse, so it is Json; walking it here would only give deep nesting a stack to overflow. */
const parsedJson = z.custom<Json>((value) => value !== undefined);

/** Numbers that only inform: a wrong one is as good as none. */
const count = z.number().int().nonnegative().optional().catch(undefined);

/** What a PC reports of a request at its end; durations in nanoseconds. */
const Report = {
  prompt_eval_count: count,
  eval_count: count,
  total_duration: count,
  load_duration: count,
  prompt_eval_duration: count,
  eval_duration: count,
};
const ReportShape = z.object(Report);

/** One line of `/api/chat`. Unknown fields are ignored; what Piloto uses must have its type. */
export const ChatLine = z.object({
  error: z.unknown().optional(),
  message: z
    .object({
      content: z.string().nullish(),
      thinking: z.string().nullish(),
      tool_calls: z
        .array(z.object({ function: z.object({ name: z.string(), arguments: parsedJson.default({}) }) }))
        .nullish(),
    })
    .optional(),
  done: z.boolean().optional(),
  done_reason: z.string().optional().catch(undefined),
  ...Report,
});
export type ChatLine = z.infer<typeof ChatLine>;

/** The report in milliseconds. */
export function usageOf(report: z.infer<typeof ReportShape>): Usage {
  const ms = (ns: number | undefined) => (ns === undefined ? undefined : ns / 1e6);
  return {
    promptTokens: report.prompt_eval_count,
    answerTokens: report.eval_count,
    loadMs: ms(report.load_duration),
    prefillMs: ms(report.prompt_eval_duration),
    decodeMs: ms(report.eval_duration),
    totalMs: ms(report.total_duration),
  };
}

/** Any error answer: `{"error": "…"}`, or with an object that holds a message. */
export const ErrorBody = z.object({
  error: z.union([z.string(), z.object({ message: z.string() }).transform((error) => error.message)]),
});

export const VersionBody = z.object({ version: z.string().min(1).max(100) });

const name = z.string().min(1).max(500);

/** In one list. A PC that names more does not speak of models. */
const MOST_MODELS = 10_000;

/** `/api/ps`. `name` came first, `model` later; servers send both. */
export const PsBody = z.object({
  models: z
    .array(z.object({ name, context_length: count, size: count, size_vram: count }))
    .max(MOST_MODELS)
    .nullish()
    .transform((models) => models ?? []),
});

const capabilities = z.array(z.string()).nullish();

export type PsBody = z.infer<typeof PsBody>;

/** `/api/tags`. Abilities and context length are told by newer servers only. */
export const TagsBody = z.object({
  models: z
    .array(
      z.object({
        name,
        digest: z.string().default(""),
        size: count,
        capabilities,
        details: z
          .object({ context_length: count, family: z.string().max(100).optional().catch(undefined) })
          .nullish()
          .catch(undefined),
      }),
    )
    .max(MOST_MODELS)
    .nullish()
    .transform((models) => models ?? []),
});
export type TagsBody = z.infer<typeof TagsBody>;

/** `/api/show`: the context length hides in `model_info` as `<architecture>.context_length`. */
export const ShowBody = z
  .object({ capabilities, model_info: z.record(z.string(), z.unknown()).nullish().catch(undefined) })
  .transform((body) => {
    const info = Object.entries(body.model_info ?? {});
    const found = info.find(([key, value]) => key.endsWith(".context_length") && Number.isInteger(value));
    return { capabilities: body.capabilities ?? undefined, contextLength: found?.[1] as number | undefined };
  });
export type ShowBody = z.infer<typeof ShowBody>;

export const EmbedBody = z.object({ embeddings: z.array(z.array(z.number()).min(1)), ...Report });

/** The answer to a request that only loads or drops a model: any object. */
export const LoadBody = z.looseObject({});
