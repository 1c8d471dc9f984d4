import type { Clock } from "../../../core/ports/clock.ts";
import {
  cancelled,
  failureOfStatus,
  isNetworkError,
  networkWords,
  nodeFailed,
  nodeUnreachable,
} from "../fleet-failures.ts";
import type { Timers } from "../timers.ts";
import type { SeenPc } from "./endpoint-fleet.ts";
import type { EndpointLimits } from "./limits.ts";
import { toJson } from "./to-json.ts";

interface LookDeps {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: EndpointLimits;
  readonly signal: AbortSignal;
}

/**
 * One document of one PC with all that it says (the fleet itself keeps what it needs only). Takes no slot.
 * @throws PilotoError NODE_… | MODEL_MISSING | CANCELLED; EndpointRefusal 400
 */
export async function lookAt(
  { name, client }: SeenPc,
  { path, body }: { readonly path: string; readonly body?: Readonly<Record<string, unknown>> },
  { clock, timers, limits, signal }: LookDeps,
): Promise<unknown> {
  const node = { name, url: path };
  const sent = body === undefined ? undefined : toJson(body);
  const tooLate = new AbortController();
  const due = timers.at(clock.nowMs() + limits.lookMs, () => tooLate.abort());
  try {
    const either = AbortSignal.any([signal, tooLate.signal]);
    const answer = await client.forward(path, sent, either);
    let text = "";
    for await (const chunk of answer.body.setEncoding("utf8")) {
      text += chunk;
      if (text.length > limits.documentBytes) throw nodeFailed(node, `it sent more than ${limits.documentBytes} bytes`);
    }
    if (answer.statusCode !== 200) throw failureOfStatus(node, String(body?.model ?? ""), answer.statusCode, text);
    const value = parse(text);
    if (value === undefined) throw nodeFailed(node, `${path} did not answer with what Ollama sends`);
    return value;
  } catch (error) {
    if (signal.aborted) throw cancelled();
    if (tooLate.signal.aborted) throw nodeUnreachable(node, `no answer within ${limits.lookMs / 1000} s`, error);
    throw isNetworkError(error) ? nodeUnreachable(node, networkWords(error), error) : error;
  } finally {
    due.cancel();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller names the failure
  }
}
