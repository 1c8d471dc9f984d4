import { z } from "zod";
import { ERROR_CODES, type ErrorCode, PilotoError } from "../../core/domain/errors.ts";
import { type ControlAddress, readControlAddress } from "../control-files.ts";
import type { FleetControl } from "../fleet-control.ts";
import { DecisionsAnswer, DrainAnswer, ExplanationAnswer, PictureAnswer, Refused } from "./fleet-shapes.ts";

/** The fleet of a Piloto that runs beside this command. */
export interface RunningFleet extends Omit<FleetControl, "decisions"> {
  readonly url: string;
  decisions(): Promise<ReturnType<FleetControl["decisions"]>>;
}

const WITHIN_MS = 15_000;
/** Nobody waits long for a program that is no Piloto. */
const OPENS_WITHIN_MS = 5_000;

/**
 * Finds the Piloto that runs on this data; `undefined` when none answers there, or none that this command's token
 * opens: after a crash the files name one that is gone, and another program may have its port.
 */
export async function findRunning(dataFolder: string): Promise<RunningFleet | undefined> {
  const address = readControlAddress(dataFolder);
  if (!address || !(await opens(address))) return undefined;
  return {
    url: address.url,
    picture: () => ask(address, "/fleet", PictureAnswer),
    explain: (request) => ask(address, "/fleet/explain", ExplanationAnswer, request),
    decisions: async () => (await ask(address, "/fleet/decisions", DecisionsAnswer)).decisions,
    drain: async (node, isDrained, by) =>
      (await ask(address, "/fleet/drain", DrainAnswer, { node, isDrained, by })).changed,
  };
}

/** Many programs answer everything with 200 and a page of theirs: only what reads like Piloto's answer counts. */
async function opens(address: ControlAddress): Promise<boolean> {
  try {
    const answer = await send(address, "/fleet/decisions", { withinMs: OPENS_WITHIN_MS });
    if (answer.status === 200) return OpenAnswer.safeParse(await answer.json()).success;
    await answer.body?.cancel();
    return false;
  } catch (error) {
    if (isNotPiloto(error)) return false;
    throw error;
  }
}

const OpenAnswer = z.object({ decisions: z.array(z.unknown()) });

/** Nobody listens, or who listens is no HTTP server, or does not speak JSON. */
const isNotPiloto = (error: unknown) =>
  error instanceof TypeError || error instanceof SyntaxError || (error as Error).name === "TimeoutError";

async function ask<T>(address: ControlAddress, route: string, shape: z.ZodType<T>, body?: unknown): Promise<T> {
  const answer = await send(address, route, { body });
  const read: unknown = await answer.json();
  if (answer.ok) return shape.parse(read);
  const { code, message } = Refused.parse(read).error;
  if (code in ERROR_CODES) throw new PilotoError(code as ErrorCode, message);
  throw new Error(`The running Piloto said: ${message}`);
}

function send(
  { url, token }: ControlAddress,
  route: string,
  { body, withinMs = WITHIN_MS }: { readonly body?: unknown; readonly withinMs?: number },
): Promise<Response> {
  return fetch(`${url}/control${route}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(withinMs),
  });
}
