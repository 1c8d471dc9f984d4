import { type Conversation, createConversation } from "../../core/conversation/receive-message.ts";
import { type AccountId, asId, type BootId, type ChatId, type ProjectId } from "../../core/domain/ids.ts";
import type { PlanRun } from "../../core/domain/plan-run.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS } from "../../core/domain/project.ts";
import type { Logger } from "../../core/ports/logger.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { createToolCatalogue, type ToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import { systemClock } from "../../src/clock.ts";
import type { Brain } from "../../src/demo/brain.ts";
import { startSimulatedPcs } from "../../src/demo/simulated-pcs.ts";
import { startWorkshop } from "../../src/demo/workshop.ts";
import { createFleet } from "../../src/fleet/fleet.ts";
import { timeOrderedIds } from "../../src/ids.ts";
import { allowEndpoints } from "../../src/tools/allow-endpoints.ts";
import { createEgress } from "../../src/tools/egress.ts";
import { createHttpTools } from "../../src/tools/http-provider.ts";
import { addService } from "../../src/tools/services.ts";
import { openSqlite } from "../../storage/index.ts";

/** Model names: one that calls tools by itself, one that answers in JSON by a schema. */
export const WAYS = ["native-tools:8b", "json-format:8b"] as const;
export type WayName = (typeof WAYS)[number];

const ME = asId<AccountId>("bench:ana");

/** The real conversation over real HTTP: SQLite in memory, the workshop's endpoints, a simulated PC. */
export interface ModelsWorld {
  readonly stores: Stores;
  readonly tools: ToolCatalogue;
  /** What the simulated models think with from now on. */
  brain: Brain;
  /** Says something in a fresh chat and waits for what comes of it. */
  ask(text: string, way: WayName): Promise<{ told: string; run?: PlanRun }>;
  close(): Promise<void>;
}

const quiet: Logger = { debug() {}, info() {}, warn() {}, error: (fields, text) => console.error(text, fields) };
const noSecrets: Secrets = {
  put: () => Promise.resolve(),
  get: (place) => Promise.reject(new Error(`The bench has no secret for ${place}.`)),
  remove: () => Promise.resolve(false),
  list: () => Promise.resolve([]),
  redact: (text) => text,
};

export async function openModelsWorld(brain: Brain): Promise<ModelsWorld> {
  const [clock, ids, egress] = [systemClock(), timeOrderedIds(), createEgress()];
  const [stores, workshop] = [await openSqlite({ folder: ":memory:" }), await startWorkshop()];
  const think: Brain = (request) => world.brain(request);
  const pcs = await startSimulatedPcs([pc], { brain: think, clock, timeFactor: 0 });
  const fleet = createFleet({ nodes: pcs.nodes, clock, logger: quiet });
  const boot = { id: asId<BootId>(ids.next()), processName: "bench" };
  const tools = createToolCatalogue([createHttpTools({ stores, secrets: noSecrets, clock, egress, logger: quiet })]);
  for (const way of WAYS) await addProject(way, workshop.url, { stores, egress, clock, ids });
  const deps = { stores, fleet, tools, platforms: [], clock, ids, logger: quiet, boot };
  await stores.atomically((tx) => tx.queue.boot({ ...boot, atMs: clock.nowMs() }));
  const conversation = createConversation(deps);
  let chats = 0;
  const world: ModelsWorld = {
    stores,
    tools,
    brain,
    ask: (text, way) => askIn(asId<ChatId>(`bench:${++chats}`), text, way, { conversation, stores }),
    async close() {
      await conversation.stop(1000);
      await fleet.stop();
      await Promise.all([pcs.stop(), workshop.stop(), stores.close()]);
    },
  };
  return world;
}

async function askIn(
  chatId: ChatId,
  text: string,
  way: WayName,
  { conversation, stores }: { conversation: Conversation; stores: Stores },
) {
  await conversation.receive({ key: `${chatId}:1`, chatId, account: ME, text, projectId: asId<ProjectId>(way) });
  await conversation.idle(chatId);
  return stores.read(async (tx) => {
    const [newest] = (await tx.messages.page(chatId, { limit: 1 })).items;
    const pending = (await tx.chats.get(chatId))?.pendingRunId;
    return { told: newest?.text ?? "", run: pending && (await tx.runs.get(pending)) };
  });
}

async function addProject(way: WayName, url: string, deps: Parameters<typeof addService>[1]): Promise<void> {
  const projectId = asId<ProjectId>(way);
  await deps.stores.atomically((tx) =>
    tx.projects.put({
      id: projectId,
      name: way,
      access: { propose: [ME], confirm: [], administer: [] },
      limits: DEFAULT_LIMITS,
      model: way,
      readsNeedNoConfirmation: false,
      draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
    }),
  );
  await addService({ projectId, name: "workshop", source: url, by: ME }, deps);
  await allowEndpoints({ projectId, name: "workshop", patterns: ["*"], by: ME }, deps);
}

const GIB = 2 ** 30;
const model = { sizeBytes: 5 * GIB, contextLength: 32_768, numParallel: 4 };
const pc = {
  name: "bench-pc",
  models: [
    { ...model, name: WAYS[0], capabilities: ["completion", "tools"] },
    { ...model, name: WAYS[1], capabilities: ["completion"] },
  ],
};
