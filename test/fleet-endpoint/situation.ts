import { Ollama } from "ollama";
import OpenAI from "openai";
import { onTestFinished } from "vitest";
import type { Clock } from "../../core/ports/clock.ts";
import { systemClock } from "../../src/clock.ts";
import type { Brain } from "../../src/demo/brain.ts";
import type { SimulatedModel } from "../../src/demo/simulated-pc-spec.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import type { EndpointClient } from "../../src/fleet/endpoint/clients.ts";
import { createEndpoint } from "../../src/fleet/endpoint/endpoint.ts";
import type { EndpointLimits } from "../../src/fleet/endpoint/limits.ts";
import { createFleet } from "../../src/fleet/fleet.ts";
import type { FleetOptions } from "../../src/fleet/fleet-options.ts";
import type { Router, Want } from "../../src/fleet/route/router.ts";

const model = (name: string, capabilities: readonly string[]): SimulatedModel => ({
  name,
  capabilities,
  sizeBytes: 5e9,
  contextLength: 32_768,
});

export const MODELS = [
  model("small:8b", ["completion", "tools"]),
  model("thinker:latest", ["completion", "tools", "thinking"]),
  model("seer:latest", ["completion", "vision"]),
  model("embed:latest", ["embedding"]),
];

/** Says every word of the last message back; "look" is a call of that tool. */
export const echo: Brain = ({ messages }) => {
  const said = messages.at(-1)?.content ?? "";
  return said === "look" ? { toolCalls: [{ name: "look", arguments: { where: ["here"] } }] } : { text: said };
};

export const TOKEN = "piloto_test";

export interface Situation {
  readonly pcs?: readonly string[];
  readonly brain?: Brain;
  readonly clock?: Clock;
  readonly limits?: Partial<EndpointLimits>;
  readonly client?: Partial<EndpointClient>;
  readonly fleet?: Partial<FleetOptions>;
  readonly timeFactor?: number;
  /** Requests at once for one model on one PC, as set; else it is learned. */
  readonly slots?: number;
}

/** Simulated PCs, an endpoint over them, and the official clients with a token; all gone when the test ends. */
export async function open(situation: Situation = {}) {
  const { pcs = ["one"], brain = echo, clock = systemClock(), limits, client, timeFactor = 0 } = situation;
  const simulated = await startSimulatedPcs(
    pcs.map((name) => ({ name, models: MODELS })),
    { brain, clock, timeFactor },
  );
  const logged: { fields: Record<string, unknown>; text: string }[] = [];
  const note = (fields: Record<string, unknown>, text: string) => void logged.push({ fields, text });
  const logger = { debug: note, info: note, warn: note, error: note };
  const fleet = createFleet({
    nodes: simulated.nodes.map((node) => ({ ...node, slots: situation.slots })),
    clock,
    logger,
    ...situation.fleet,
  });
  const wants: Want[] = [];
  const router: Router = {
    ...fleet.router,
    route(want, signal, attempt) {
      wants.push(want);
      return fleet.router.route(want, signal, attempt);
    },
  };
  const clients = {
    find: async (token: string) =>
      token === TOKEN ? ({ name: "reports", class: "interactive", weight: 1, ...client } as const) : undefined,
  };
  const endpoint = await createEndpoint(
    { fleet: { ...fleet, router }, clients, clock, limits, logger },
    { host: "127.0.0.1", port: 0 },
  );
  onTestFinished(async () => {
    await endpoint.close();
    await fleet.stop();
    await simulated.stop();
  });
  const headers = { authorization: `Bearer ${TOKEN}` };
  const send = (path: string, body?: unknown, more: Record<string, string> = {}) =>
    fetch(endpoint.url + path, {
      headers: { ...headers, ...more },
      ...(body !== undefined && { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  return {
    url: endpoint.url,
    endpoint,
    wants,
    logged,
    send,
    control: simulated.control,
    fleet,
    ollama: new Ollama({ host: endpoint.url, headers }),
    openai: new OpenAI({ baseURL: `${endpoint.url}/v1`, apiKey: TOKEN, maxRetries: 0 }),
  };
}

export const user = (content: string) => [{ role: "user" as const, content }];

/** What the PC was asked on a path. */
export const seenOn = (control: { seen: readonly { path: string; body: unknown }[] }, path = "/api/chat") =>
  control.seen.filter((seen) => seen.path === path).map(({ body }) => body as Record<string, unknown>);

/** How the last request for a path ended, as the PC saw it. */
export const lastState = (control: { seen: readonly { path: string; state: string }[] }, path = "/api/chat") =>
  control.seen.findLast((seen) => seen.path === path)!.state;
