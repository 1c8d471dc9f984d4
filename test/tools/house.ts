import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProjectId, ToolKey } from "../../core/domain/ids.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS } from "../../core/domain/project.ts";
import type { JsonObject } from "../../core/domain/result.ts";
import type { ToolOutcome } from "../../core/domain/tool.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import type { Stores } from "../../core/ports/stores.ts";
import type { ToolProvider } from "../../core/ports/tool-provider.ts";
import { createEgress, type Egress } from "../../src/tools/egress.ts";
import { createHttpTools, type HttpToolsLimits } from "../../src/tools/http-provider.ts";
import { openSqlite } from "../../storage/index.ts";
import { countingIds, manualClock } from "../support/manual-clock.ts";

export const PROJECT = "shop" as ProjectId;
export const ADMIN = "terminal:ana";

/** Secrets in memory: plain values, struck out as the real ones are. */
export function plainSecrets(values: Record<string, string> = {}): Secrets {
  const kept = new Map(Object.entries(values));
  return {
    put: async (place, value) => void kept.set(place, value),
    get: async (place) => kept.get(place)!,
    remove: async (place) => kept.delete(place),
    list: async () => [...kept.keys()].sort(),
    redact: (text) => [...kept.values()].reduce((rest, value) => rest.replaceAll(value, "[secret]"), text),
  };
}

export interface House {
  readonly stores: Stores;
  readonly egress: Egress;
  readonly clock: ReturnType<typeof manualClock>;
  readonly ids: ReturnType<typeof countingIds>;
  readonly secrets: Secrets;
  readonly logged: string[];
  readonly tools: ToolProvider;
  call(key: string, args?: JsonObject, signal?: AbortSignal): Promise<ToolOutcome>;
  close(): Promise<void>;
}

/** A house with one project on a fresh SQLite in memory, and the real HTTP tools. */
export async function openHouse({
  secrets = plainSecrets(),
  limits = {},
  egress = createEgress(),
}: {
  secrets?: Secrets;
  limits?: HttpToolsLimits;
  egress?: Egress;
} = {}): Promise<House> {
  const stores = await openSqlite({ folder: ":memory:" });
  const clock = manualClock();
  await stores.atomically((tx) =>
    tx.projects.put({
      id: PROJECT,
      name: "Shop",
      access: { propose: [], confirm: [], administer: [] },
      limits: DEFAULT_LIMITS,
      readsNeedNoConfirmation: false,
      draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
    }),
  );
  const logged: string[] = [];
  const log = (fields: Record<string, unknown>, text: string) => void logged.push(`${text} ${JSON.stringify(fields)}`);
  const tools = createHttpTools(
    { stores, secrets, clock, egress, logger: { debug: log, info: log, warn: log, error: log } },
    limits,
  );
  let calls = 0;
  return {
    stores,
    egress,
    clock,
    ids: countingIds("svc"),
    secrets,
    logged,
    tools,
    async call(key, args = {}, signal = new AbortController().signal) {
      const tool = await tools.get(PROJECT, key as ToolKey);
      if (!tool) throw new Error(`No tool ${key}`);
      return tools.call(PROJECT, { tool, args, idempotencyKey: `run-1:${++calls}` }, signal);
    },
    close: () => stores.close(),
  };
}

export interface Loopback {
  readonly url: string;
  readonly server: Server;
  stop(): Promise<void>;
}

/** A real server on loopback that answers as it is told. */
export async function loopback(listener: RequestListener): Promise<Loopback> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
