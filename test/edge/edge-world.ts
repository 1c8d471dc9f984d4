import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import type { AccountId, ChatId, ProjectId } from "../../core/domain/ids.ts";
import { systemClock } from "../../src/clock.ts";
import type { Brain } from "../../src/demo/brain.ts";
import { simulatedBrain } from "../../src/demo/simulated-brain.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { startWorkshop } from "../../src/demo/workshop.ts";
import { type Life, type World, wake } from "../story/story-house.ts";
import { loopback } from "../tools/house.ts";

const ok = { 200: { description: "fine" } };
const id = { name: "id", in: "path", required: true, schema: { type: "string" } };
const body = { content: { "application/json": { schema: { type: "object" } } } };
const SHOP = {
  openapi: "3.1.0",
  info: { title: "Shop", version: "1" },
  paths: {
    "/things": { get: { summary: "All things", responses: ok }, post: { requestBody: body, responses: ok } },
    "/things/{id}": { get: { summary: "One thing", parameters: [id], responses: ok } },
  },
};

/** A service named `shop` that answers everything but its document as it is told, and a model that says what it is told. */
export interface EdgeWorld extends World {
  /** How often an operation was called. */
  readonly asked: () => number;
  answer: RequestListener;
  brain: Brain;
}

export async function openEdgeWorld({ secondsPerRun = 60, stepsPerPlan = 20 } = {}): Promise<EdgeWorld> {
  let asked = 0;
  const shop = await loopback((request, response) => {
    if (request.url === "/openapi.json") return void response.end(JSON.stringify(SHOP));
    if (request.url?.startsWith("/things")) asked += 1;
    world.answer(request, response);
  });
  const pcs = await startSimulatedPcs(
    [
      {
        name: "pc",
        models: [{ name: "planner:8b", sizeBytes: 5e9, capabilities: ["completion", "tools"], contextLength: 32_768 }],
      },
    ],
    { brain: (request) => world.brain(request), clock: systemClock(), timeFactor: 0 },
  );
  const workshop = await startWorkshop();
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-edge-"));
  const access = { propose: ["terminal:*"], confirm: ["terminal:ben", "terminal:ana"], administer: ["terminal:ben"] };
  const services = { shop: { source: shop.url, allow: ["POST /things"] } };
  const limits = { secondsPerRun, stepsPerPlan };
  const settings = { fleet: pcs.nodes, logLevel: "silent", projects: { floor: { access, limits, services } } };
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings));
  const world: EdgeWorld = {
    folder,
    pcs,
    workshop,
    asked: () => asked,
    answer: (_request, response) => void response.end("{}"),
    brain: simulatedBrain(),
    async stop() {
      await Promise.all([pcs.stop(), workshop.stop(), shop.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** A life of Piloto whose shop has its three operations on. */
export async function wakeIn(world: World): Promise<Life> {
  const life = await wake(world);
  const deadline = Date.now() + 10_000;
  for (;;) {
    const endpoints = await life.house.stores.read(async (tx) => {
      const [service] = await tx.services.list("floor" as ProjectId);
      return service ? tx.services.endpoints(service.id) : [];
    });
    if (endpoints.length > 0 && endpoints.every((endpoint) => endpoint.isAllowed)) return life;
    if (Date.now() > deadline) throw new Error("The shop was not registered in time.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Ana writes one call down, in the chat of the script; its card is shown. */
export async function proposeCall(life: Life, operation: string, args: Record<string, unknown> = {}): Promise<void> {
  const proposed = await life.house.core.proposeCall({
    service: "shop",
    operation,
    args: args as never,
    chatId: "terminal:floor" as ChatId,
    projectId: "floor" as ProjectId,
    account: "terminal:ana" as AccountId,
  });
  if (proposed.kind !== "drafted") throw new Error(JSON.stringify(proposed));
  const { id } = proposed.run;
  await life.play({ wait: "card", run: id, state: "draft" });
}

export const CONFIRM = { as: "ben", press: "confirm", run: "latest" } as const;
