import { z } from "zod";
import type { BrainRequest } from "./brain.ts";

const Options = z.looseObject({
  num_ctx: z.number().int().positive().optional(),
  num_predict: z.number().int().optional(),
});

const KeepAlive = z.union([z.number(), z.string()]);
const Think = z.union([z.boolean(), z.enum(["low", "medium", "high", "max"])]);

const Common = {
  model: z.string(),
  stream: z.boolean().optional(),
  options: Options.nullish(),
  keep_alive: KeepAlive.nullish(),
  think: Think.nullish(),
  truncate: z.boolean().nullish(),
  shift: z.boolean().nullish(),
  format: z.union([z.literal(""), z.literal("json"), z.record(z.string(), z.json())]).nullish(),
};

/** What simulated PCs read of `/api/chat`. */
export const ChatBody = z.looseObject({
  ...Common,
  messages: z
    .array(
      z.looseObject({
        role: z.enum(["system", "user", "assistant", "tool"]),
        content: z.string().default(""),
        /** Base64. */
        images: z.array(z.string()).nullish(),
        tool_name: z.string().optional(),
        tool_calls: z
          .array(
            z.looseObject({
              function: z.looseObject({ name: z.string(), arguments: z.record(z.string(), z.json()) }),
            }),
          )
          .optional(),
      }),
    )
    .nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.literal("function"),
        function: z.looseObject({
          name: z.string(),
          description: z.string().optional(),
          parameters: z.record(z.string(), z.json()),
        }),
      }),
    )
    .nullish(),
});

/** What they read of `/api/generate`. */
export const GenerateBody = z.looseObject({ ...Common, prompt: z.string().nullish(), system: z.string().nullish() });

/** What they read of `/api/show`. */
export const ShowBody = z.looseObject({ model: z.string() });

/** What they read of `/api/pull` and `/api/delete`. */
export const NamedBody = z.looseObject({ model: z.string(), stream: z.boolean().optional() });

/** What they read of `/api/embed`. */
export const EmbedBody = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string())]),
  truncate: z.boolean().nullish(),
  dimensions: z.number().int().positive().nullish(),
  keep_alive: KeepAlive.nullish(),
  options: Options.nullish(),
});

export type ChatBody = z.infer<typeof ChatBody>;
export type GenerateBody = z.infer<typeof GenerateBody>;

/** About four characters a token: what the simulated PCs count prompts by. */
export const tokensOf = (text: string) => Math.ceil(text.length / 4);

/** `5m`, `90s`, `-1` (for ever), 300 (seconds) in milliseconds; `undefined` when absent or unreadable. */
export function keepAliveMs(value: number | string | null | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return value < 0 ? Number.POSITIVE_INFINITY : value * 1000;
  const match = /^(-?\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value.trim());
  if (!match) return undefined;
  const amount = Number(match[1]);
  if (amount < 0) return Number.POSITIVE_INFINITY;
  return amount * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[(match[2] ?? "s") as "ms" | "s" | "m" | "h"];
}

/** What makes Ollama load a model afresh when it differs from what the loaded one has. */
export function loadOptionsOf(body: Pick<ChatBody, "options" | "shift">): string {
  const options = body.options ?? {};
  const keys = ["num_ctx", "num_gpu", "num_batch", "use_mmap", "num_thread"];
  const given = keys.map((key) => `${key}=${String(options[key] ?? "auto")}`);
  return [...given, `shift=${body.shift ?? true}`].join(" ");
}

/**
 * The request as the model sees it: with `truncate` (the default) the oldest messages that are not the system's go
 * until the rest fits; `undefined` when it does not fit and may not be cut.
 */
export function fitToContext(body: ChatBody, contextLength: number): BrainRequest | undefined {
  const messages = [...(body.messages ?? [])];
  const fixed = tokensOf(JSON.stringify(body.tools ?? "")) - 1;
  const size = () => messages.reduce((sum, message) => sum + tokensOf(message.content), fixed);
  if (size() > contextLength) {
    if (body.truncate === false) return undefined;
    while (size() > contextLength && messages.length > 1) {
      const oldest = messages.findIndex((message) => message.role !== "system");
      messages.splice(oldest < 0 || oldest === messages.length - 1 ? 0 : oldest, 1);
    }
  }
  return {
    model: body.model,
    messages,
    ...(body.tools?.length && { tools: body.tools }),
    ...(body.format && { format: body.format }),
  };
}

/** How many tokens a prompt has, by the simulated count. */
export function promptTokens(request: BrainRequest): number {
  const tools = request.tools ? tokensOf(JSON.stringify(request.tools)) : 0;
  return request.messages.reduce((sum, message) => sum + tokensOf(message.content), tools);
}
