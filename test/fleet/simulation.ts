import { setMaxListeners } from "node:events";
import { onTestFinished } from "vitest";
import type { Clock } from "../../core/ports/clock.ts";
import type { Logger } from "../../core/ports/logger.ts";
import type { ChatRequest } from "../../core/ports/model-fleet.ts";
import { systemClock } from "../../src/clock.ts";
import type { Brain } from "../../src/demo/brain.ts";
import type { SimulatedModel, SimulatedPc } from "../../src/demo/simulated-pc-spec.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { createFleet } from "../../src/fleet/fleet.ts";
import type { FleetOptions } from "../../src/fleet/fleet-options.ts";
import type { ChatBody } from "../../src/fleet/ollama-client.ts";

export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };
/** A signal for requests that nobody cancels. */
export const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

export const model = (name: string, more: Partial<SimulatedModel> = {}): SimulatedModel => ({
  name,
  sizeBytes: 5e9,
  capabilities: ["completion", "tools"],
  contextLength: 32_768,
  ...more,
});

export const pc = (name: string, ...models: SimulatedModel[]): SimulatedPc => ({
  name,
  models: models.length > 0 ? models : [model("small:8b")],
});

/** Says every word of the last message back. */
export const echo: Brain = ({ messages }) => ({ text: messages.at(-1)?.content ?? "" });

/** Nobody waits for longer than a moment. */
export const IMPATIENT = { waitMs: { interactive: 60, batch: 60 }, probeEveryMs: 20 };
/** PCs that work on one request at a time, and say so. */
export const ONE_SLOT = { "small:8b": { slots: 1 } };

export interface Situation {
  readonly brain?: Brain;
  readonly clock?: Clock;
  readonly timeFactor?: number;
  readonly fleet?: Partial<FleetOptions>;
}

/** Simulated PCs and a fleet over them, both stopped when the test ends. */
export async function simulate(pcs: readonly SimulatedPc[], situation: Situation = {}) {
  const { brain = echo, clock = systemClock(), timeFactor = 0 } = situation;
  const simulated = await startSimulatedPcs(pcs, { brain, clock, timeFactor });
  const fleet = createFleet({ nodes: simulated.nodes, clock, logger: quiet, ...situation.fleet });
  onTestFinished(async () => {
    await fleet.stop();
    await simulated.stop();
  });
  return { simulated, fleet, control: simulated.control, clock };
}

export const ask = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: "user", content }],
  maxTokens: 100,
  ...more,
});

/** What a PC was asked to say. */
export const chatsSeen = (control: { seen: { path: string; body: unknown }[] }) =>
  control.seen.filter(({ path }) => path === "/api/chat").map(({ body }) => body as Partial<ChatBody>);

/** The code a promise fails with, or `undefined` when it does not. */
export async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return (await failureOf(work))?.code;
}

export async function failureOf(work: Promise<unknown>): Promise<{ code: string; message: string } | undefined> {
  return work.then(
    () => undefined,
    (error: { code: string; message: string }) => error,
  );
}
