import { keepAliveMs, loadOptionsOf } from "../../../src/demo/simulated-pc-request.ts";
import { withTag } from "../../../src/demo/simulated-pc-spec.ts";
import type { PromptSecret } from "./pc-prompt.ts";
import { readPrompt } from "./pc-prompt.ts";
import type { PcRequest } from "./pc-shapes.ts";

/** A request as the simulated PC's HTTP side reads it. */
export interface PcAsk {
  readonly request: Omit<PcRequest, "id">;
  readonly shape: "chat" | "generate" | "embed";
  readonly isStream: boolean;
  /** Drops the model at once: nothing else is asked. */
  readonly isUnload: boolean;
  /** Cut by `num_predict`. */
  readonly isShortened: boolean;
  /** Inputs of an embedding. */
  readonly inputs: number;
  readonly secretId: number;
}

/** What is read of a body; checked by hand, since hundreds come in each second. */
interface Body {
  readonly model?: unknown;
  readonly messages?: readonly { readonly content?: unknown }[];
  readonly prompt?: unknown;
  readonly system?: unknown;
  readonly input?: unknown;
  readonly stream?: unknown;
  readonly keep_alive?: string | number | null;
  readonly options?: Record<string, unknown> | null;
  readonly shift?: boolean | null;
}

/** Reads a body of `/api/chat`, `/api/generate` or `/api/embed`; `undefined` when it is none. */
export function readAsk(shape: PcAsk["shape"], text: string): PcAsk | undefined {
  const body = parse(text);
  if (!body || typeof body.model !== "string") return undefined;
  const texts = textsOf(shape, body);
  if (!texts) return undefined;
  const isBare = shape !== "embed" && texts.length === 0;
  const secret = secretOf(texts);
  const limit = body.options?.num_predict;
  const isShortened = typeof limit === "number" && limit > 0 && limit < secret.answerTokens;
  return {
    request: {
      model: withTag(body.model),
      promptTokens: secret.promptTokens,
      answerTokens: shape === "embed" ? 0 : isShortened ? limit : secret.answerTokens,
      session: secret.session,
      hashIds: secret.hashIds,
      isBare,
      keepAliveMs: keepAliveMs(body.keep_alive),
      loadOptions: loadOptionsOf({ options: body.options ?? {}, shift: body.shift }),
    },
    shape,
    isStream: shape !== "embed" && body.stream !== false,
    isUnload: isBare && keepAliveMs(body.keep_alive) === 0,
    isShortened,
    inputs: texts.length,
    secretId: secret.id,
  };
}

function parse(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Body) : undefined;
  } catch {
    return undefined; // answered with 400, as Ollama does
  }
}

function textsOf(shape: PcAsk["shape"], { messages, prompt, system, input }: Body): string[] | undefined {
  if (shape === "chat") {
    if (messages !== undefined && messages !== null && !Array.isArray(messages)) return undefined;
    return (messages ?? []).map(({ content }) => (typeof content === "string" ? content : ""));
  }
  if (shape === "generate") {
    if (typeof prompt !== "string" || prompt === "") return [];
    return typeof system === "string" && system !== "" ? [system, prompt] : [prompt];
  }
  if (typeof input === "string") return [input];
  return Array.isArray(input) && input.every((one) => typeof one === "string") ? input : undefined;
}

/** Of several messages the one that knows counts; else all of their text together. */
function secretOf(texts: readonly string[]): PromptSecret {
  const known = texts.find((text) => text.startsWith("[[id="));
  return readPrompt(known ?? texts.join(" "));
}
