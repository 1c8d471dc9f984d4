import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createEndpointClients, hashToken } from "../../../src/fleet/endpoint/clients.ts";
import { createEndpoint } from "../../../src/fleet/endpoint/endpoint.ts";
import type { EndpointFleet } from "../../../src/fleet/endpoint/endpoint-fleet.ts";
import { createFleet } from "../../../src/fleet/fleet.ts";
import type { FleetMemory } from "../../../src/fleet/fleet-options.ts";
import { fastClock } from "../../../test/support/fast-clock.ts";
import type { FrontEstimate, FrontOptions, FrontQuestion } from "./front-shapes.ts";

// Piloto's front in a process of its own: a fleet and its endpoint, from one JSON argument (FrontOptions). Says
// {kind: "ready", url} to its parent, and as a JSON line on stdout; answers FrontQuestions.

const options: FrontOptions = JSON.parse(process.argv[2] ?? "{}");
const clock = fastClock(options.scale ?? 1);
const logger = {
  debug() {},
  info() {},
  warn: (fields: object, text: string) => options.isLoud && console.error(text, JSON.stringify(fields)),
  error: (fields: { error?: unknown }, text: string) => console.error(text, fields.error ?? JSON.stringify(fields)),
};
const fleet = createFleet({ ...options.fleet, nodes: options.nodes, clock, logger, memory: memoryIn(options) });
const estimates: FrontEstimate[] = [];
const classes = ["interactive", "batch"] as const;
const stored = classes.map((name) => ({ name, tokenHash: hashToken(name), class: name, weight: 1 }));
const clients = createEndpointClients({ list: async () => stored }, clock);
const at = { host: "127.0.0.1", port: options.port ?? 0 };
const endpoint = await createEndpoint(
  { fleet: options.withEstimates ? watched(fleet) : fleet, clients, clock, logger, limits: options.limits },
  at,
);
fleet.start();
await fleet.pcs();
process.on("message", (question: FrontQuestion) => void answer(question));
process.on("disconnect", () => process.exit(0));
process.send?.({ kind: "ready", url: endpoint.url });
console.log(JSON.stringify({ kind: "ready", url: endpoint.url }));

async function answer(question: FrontQuestion): Promise<void> {
  const { kind } = question;
  if (kind === "overview") process.send?.({ kind, overview: fleet.router.overview(), atMs: clock.nowMs() });
  if (kind === "decisions") process.send?.({ kind, decisions: fleet.router.decisions() });
  if (kind === "estimates") process.send?.({ kind, estimates });
  if (kind !== "stop") return;
  await endpoint.close();
  await fleet.stop();
  process.exit(0);
}

/** Notes what each request that waits is told first, and how long it then took to its first token. */
function watched(found: EndpointFleet): EndpointFleet {
  return {
    ...found,
    router: {
      ...found.router,
      route(want, signal, attempt) {
        const startedMs = clock.nowMs();
        let told: { readonly atMs: number; readonly aboutMs: number | undefined } | undefined;
        const onWaiting = ({ aboutMs }: { readonly aboutMs?: number }) => {
          told ??= { atMs: clock.nowMs(), aboutMs };
        };
        return found.router.route({ ...want, onWaiting }, signal, (place) =>
          attempt({
            ...place,
            firstToken() {
              const nowMs = clock.nowMs();
              estimates.push({
                ...{ model: want.model, class: want.class, firstTokenMs: nowMs - startedMs },
                ...(told && { toldMs: told.aboutMs, actualMs: nowMs - told.atMs }),
              });
              place.firstToken();
            },
          }),
        );
      },
    },
  };
}

function memoryIn({ memoryFile }: FrontOptions): FleetMemory | undefined {
  if (memoryFile === undefined) return undefined;
  return {
    read: () => (existsSync(memoryFile) ? (JSON.parse(readFileSync(memoryFile, "utf8")) as unknown) : undefined),
    write: (value) => writeFileSync(memoryFile, JSON.stringify(value)),
  };
}
