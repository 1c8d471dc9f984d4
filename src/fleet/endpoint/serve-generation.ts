import type { Ability } from "../choose-model.ts";
import type { PreparedModel } from "../prepared-model.ts";
import type { Want } from "../route/router.ts";
import type { Exchange, RouteDeps } from "./exchange.ts";
import { fitOptions, mustRefuse } from "./fit-options.ts";
import { prepareModel } from "./prepare-model.ts";
import type { PromptSize } from "./prompt-size.ts";
import { tokensOf } from "./prompt-size.ts";
import type { Sending } from "./relay-answer.ts";
import { relayAnswer } from "./relay-answer.ts";
import type { Sink } from "./sink.ts";
import { toJson } from "./to-json.ts";

/** What a program wants generated, in Ollama's words, whichever dialect it spoke. */
export interface Generation {
  readonly path: Sending["path"];
  /** As the program sent it, or in Ollama's words: what the fleet fixes is replaced. */
  readonly request: GenerationRequest;
  readonly needs: readonly Ability[];
  readonly size: PromptSize;
  readonly affinity: string | undefined;
  readonly sink: Sink;
  /** Options that neither the program nor the fleet names. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

export interface GenerationRequest extends Readonly<Record<string, unknown>> {
  readonly model: string;
  readonly options?: Readonly<Record<string, unknown>> | null;
  readonly truncate?: boolean | null;
}

/** Has it generated on some PC, and its answer sent to the sink. */
export async function serveGeneration(
  { path, request, needs, size, affinity, sink, defaults }: Generation,
  exchange: Exchange,
  deps: RouteDeps,
): Promise<void> {
  const { fleet } = deps;
  const prepared = await prepareModel(fleet.prepare, { model: request.model, needs }, exchange.signal);
  const text = toBody({ request, size, defaults }, prepared);
  const hasTools = needs.includes("tools"); // a tool call is sent when it is all there
  const want = { ...wantOf(exchange, prepared, { size, affinity, options: request.options }), comesWhole: hasTools };
  await fleet.router.route(want, exchange.signal, (place) => {
    const body = withKeepAlive(text, place.keepAliveS);
    return relayAnswer(place, { path, model: prepared.model, body, hasTools }, sink, deps);
  });
}

/** How a request is weighed: whose it is, how long, and where its beginning may be in a cache. */
export function wantOf(
  { caller, affinity: asked }: Exchange,
  { model }: PreparedModel,
  about: {
    readonly size: PromptSize;
    readonly affinity: string | undefined;
    readonly options?: Readonly<Record<string, unknown>> | null;
  },
): Want {
  const most = about.options?.num_predict;
  const affinity = asked ?? about.affinity;
  return {
    model,
    class: caller.class,
    share: caller.name,
    promptTokens: tokensOf(about.size),
    ...(typeof most === "number" && most > 0 && { maxTokens: most }),
    ...(affinity !== undefined && { affinity: `${caller.name}/${affinity}` }),
  };
}

function toBody(
  { request, size, defaults }: Pick<Generation, "request" | "size" | "defaults">,
  prepared: PreparedModel,
): string {
  const { options, truncate } = request;
  const isRefused = mustRefuse(prepared, { numCtx: options?.num_ctx, truncate, characters: size.characters });
  return toJson({
    ...request,
    ...prepared.fixed,
    ...(isRefused && { truncate: false }),
    options: fitOptions(options, defaults ? { ...defaults, ...prepared.options } : prepared.options),
    stream: true,
    keep_alive: undefined,
  });
}

/** The place says how long the model stays, and a request may see several places: the rest is written once. JSON in. */
export function withKeepAlive(body: string, keepAlive: number | string): string {
  return `${body.slice(0, -1)},"keep_alive":${keepAlive}}`;
}
