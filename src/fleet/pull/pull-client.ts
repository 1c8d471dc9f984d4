import { Pool } from "undici";
import { z } from "zod";
import { PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { cancelled, errorWords, isNetworkError, networkWords, nodeFailed, nodeUnreachable } from "../fleet-failures.ts";
import { fullName } from "../model-name.ts";
import { readNodeAddress } from "../node-address.ts";
import { createPhaseTimer, type PhaseTimer } from "../phase-timer.ts";
import { readNdjson, UnreadableLine } from "../read-ndjson.ts";
import { parseJson, readText } from "../read-text.ts";
import { createTimers } from "../timers.ts";

/** A pull that ended before its end, for a reason that may pass: starting it again goes on where it was. */
export class PullBroken extends Error {}

/** One line of `/api/pull`. */
export interface PullLine {
  readonly status: string;
  /** Of the layer that is being fetched. */
  readonly digest?: string;
  readonly total?: number;
  readonly completed?: number;
}

export interface ModelOnDisk {
  readonly name: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** What changes the models on one PC's disk. Connects when it is used. */
export interface PullClient {
  /**
   * The lines of a pull, to `success`. Leaving the loop or aborting stops it; what came stays with the PC.
   * @throws PullBroken | PilotoError NODE_UNREACHABLE | CANCELLED
   * @throws PullRefused in Ollama's own words
   */
  pull(name: string, signal: AbortSignal): AsyncGenerator<PullLine>;
  /** `false`: it was not there. @throws PilotoError NODE_UNREACHABLE | NODE_FAILED | CANCELLED */
  remove(name: string, signal: AbortSignal): Promise<boolean>;
  /** @throws PilotoError NODE_UNREACHABLE | NODE_FAILED | CANCELLED */
  models(signal: AbortSignal): Promise<readonly ModelOnDisk[]>;
  close(): Promise<void>;
}

/** Ollama's error about a pull, in its own words. */
export class PullRefused extends Error {}

const CONNECT_MS = 2_000;
const LOOK_MS = 10_000;
/** Ollama tells its first status at once and its progress 16 times a second, but nothing while it checks a large file. */
const SILENCE_MS = { pulling: 60_000, otherwise: 900_000 };
const LONGEST_PULL_MS = 7 * 24 * 3_600_000;
const MAX_LINE_BYTES = 65_536;
const MAX_BODY_BYTES = 16 * 2 ** 20;

const count = z.number().int().nonnegative().optional().catch(undefined);
const Line = z.object({
  error: z.unknown().optional(),
  status: z.string().max(1_000).default(""),
  digest: z.string().max(200).optional(),
  total: count,
  completed: count,
});
const Tags = z.object({
  models: z
    .array(z.object({ name: z.string().min(1).max(500), digest: z.string().default(""), size: z.number().catch(0) }))
    .nullish(),
});

/** Speaks with one PC. The address may hold a name and password for a proxy; no failure shows them. */
export function createPullClient(pc: { readonly name: string; readonly url: string }, clock: Clock): PullClient {
  const { origin, basePath, authorization, shown } = readNodeAddress(pc.url);
  const node = { name: pc.name, url: shown };
  // As in the fleet's client: our own timers, since undici's would end a pull in the middle of a long check.
  const pool = new Pool(origin, { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_MS } });
  const timers = createTimers(clock);

  function send(method: "GET" | "POST" | "DELETE", path: string, body: unknown, signal: AbortSignal) {
    return pool.request({
      path: basePath + path,
      method,
      signal,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  function failureOf(error: unknown, caller: AbortSignal, timer: PhaseTimer): unknown {
    if (caller.aborted) return cancelled();
    if (error instanceof PilotoError || error instanceof PullRefused || error instanceof PullBroken) return error;
    const expired = timer.expired();
    if (expired) return new PullBroken(`it said nothing for ${expired.ms / 1000} s`, { cause: error });
    if (error instanceof UnreadableLine) return nodeFailed(node, error.message, error);
    if (!isNetworkError(error)) return error;
    return nodeUnreachable(node, networkWords(error), error);
  }

  async function* pull(name: string, caller: AbortSignal): AsyncGenerator<PullLine> {
    const timer = createPhaseTimer({ clock, timers }, caller, LONGEST_PULL_MS);
    try {
      timer.begin("answer", SILENCE_MS.pulling);
      const response = await send("POST", "/api/pull", { model: name, stream: true }, timer.signal);
      if (response.statusCode !== 200) {
        throw statusFailure(response.statusCode, await readText(node, response.body, MAX_LINE_BYTES));
      }
      for await (const value of readNdjson(response.body, MAX_LINE_BYTES)) {
        const line = readLine(value);
        timer.begin("next status", line.status.startsWith("pulling ") ? SILENCE_MS.pulling : SILENCE_MS.otherwise);
        yield line;
        if (line.status === "success") return;
      }
      throw new PullBroken("its answer ended early");
    } catch (error) {
      throw failureOf(error, caller, timer);
    } finally {
      timer.end();
    }
  }

  function readLine(value: unknown): PullLine {
    const read = Line.safeParse(value);
    if (!read.success) throw nodeFailed(node, "it sent a line that is no status of a pull");
    const { error, ...line } = read.data;
    if (error !== undefined && error !== null) throw new PullRefused(errorWords(JSON.stringify({ error })));
    return line;
  }

  function statusFailure(status: number, body: string): Error {
    if (status === 429 || status >= 502) return new PullBroken(`it answered ${status}`);
    return new PullRefused(errorWords(body) || `status ${status}`);
  }

  async function exchange<T>(caller: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timer = createPhaseTimer({ clock, timers }, caller, LOOK_MS);
    try {
      timer.begin("answer", LOOK_MS);
      return await work(timer.signal);
    } catch (error) {
      const failure = failureOf(error, caller, timer);
      throw failure instanceof PullBroken ? nodeUnreachable(node, failure.message, error) : failure;
    } finally {
      timer.end();
    }
  }

  return {
    pull,
    remove: (name, caller) =>
      exchange(caller, async (signal) => {
        const response = await send("DELETE", "/api/delete", { model: name }, signal);
        const text = await readText(node, response.body, MAX_LINE_BYTES);
        if (response.statusCode === 200) return true;
        if (response.statusCode === 404 && /not found/i.test(errorWords(text))) return false;
        throw nodeFailed(node, `it answered ${response.statusCode}: ${errorWords(text) || "nothing more"}`);
      }),
    models: (caller) =>
      exchange(caller, async (signal) => {
        const response = await send("GET", "/api/tags", undefined, signal);
        const read = Tags.safeParse(parseJson(await readText(node, response.body, MAX_BODY_BYTES)));
        if (response.statusCode !== 200 || !read.success) {
          throw nodeFailed(node, `/api/tags did not answer with what Ollama sends (${response.statusCode})`);
        }
        const models = read.data.models ?? [];
        return models.map(({ name, digest, size }) => ({ name: fullName(name), digest, sizeBytes: size }));
      }),
    async close() {
      timers.stop();
      await pool.destroy();
    },
  };
}
