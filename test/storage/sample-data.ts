import { planHash } from "../../core/domain/canonical.ts";
import { type AccountId, asId, type BootId, type ChatId, type ProjectId, type RunId } from "../../core/domain/ids.ts";
import type { Plan } from "../../core/domain/plan.ts";
import type { PlanRun } from "../../core/domain/plan-run.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS, type Project } from "../../core/domain/project.ts";
import type { Endpoint, Service } from "../../core/domain/service.ts";
import type { NewMessage, Stores } from "../../core/ports/stores.ts";

export const ANA = asId<AccountId>("terminal:ana");
export const BEN = asId<AccountId>("terminal:ben");
export const CHAT = asId<ChatId>("terminal:main");
export const WORKSHOP = asId<ProjectId>("workshop");
export const bootId = (name: string): BootId => asId(name);

export function project(id: ProjectId = WORKSHOP, runsAtOnce = DEFAULT_LIMITS.runsAtOnce): Project {
  return {
    id,
    name: "The workshop",
    access: { propose: [ANA], confirm: [ANA, BEN], administer: [BEN] },
    limits: { ...DEFAULT_LIMITS, runsAtOnce },
    readsNeedNoConfirmation: false,
    draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
  };
}

export function plan(steps = 2, goal = "restock M8"): Plan {
  return {
    version: 1,
    goal,
    steps: Array.from({ length: steps }, (_, i) => ({
      number: i + 1,
      title: `step ${i + 1}`,
      tool: asId("workshop PUT /parts/{id}/stock"),
      toolHash: "0".repeat(64),
      args: { path: { id: "M8" }, body: { quantity: 100 * (i + 1) } },
      risk: "write",
      replay: "never",
    })),
  };
}

let made = 0;
/** Ids of one process differ; the last eight characters tell them apart. */
export const newRunId = (): RunId => asId(`01990000-0000-7000-8000-${String(++made).padStart(12, "0")}`);

export function draft(change: Partial<PlanRun> = {}): PlanRun {
  const what = change.plan ?? plan();
  return {
    id: newRunId(),
    chatId: CHAT,
    projectId: WORKSHOP,
    state: "draft",
    revision: 1,
    plan: what,
    planHash: planHash(what),
    requestedBy: ANA,
    proposedAtMs: 1_000,
    expiresAtMs: 1_000 + DEFAULT_DRAFT_LIFE_MS,
    fence: 0,
    ...change,
  };
}

export function message(n: number, change: Partial<NewMessage> = {}): NewMessage {
  return {
    id: asId(`message-${n}`),
    chatId: CHAT,
    key: `key-${n}`,
    origin: "person",
    account: ANA,
    text: `words ${n}`,
    atMs: 1_000 + n,
    ...change,
  };
}

export function service(change: Partial<Service> = {}): Service {
  return {
    id: asId("service-1"),
    projectId: WORKSHOP,
    name: "workshop",
    title: "Workshop",
    baseUrl: "http://127.0.0.1:9000",
    source: "http://127.0.0.1:9000/openapi.json",
    documentHash: "d".repeat(64),
    openapiVersion: "3.1.0",
    addedAtMs: 1,
    refreshedAtMs: 2,
    isOffline: false,
    ...change,
  };
}

export function endpoint(n: number, change: Partial<Endpoint> = {}): Endpoint & { argsSchema: { type: string } } {
  return {
    serviceId: asId("service-1"),
    key: asId(`workshop GET /things/${n}`),
    service: "workshop",
    operation: `GET /things/${n}`,
    summary: `Thing ${n}`,
    params: "",
    hash: String(n).padStart(64, "0"),
    risk: "read",
    replay: "safe",
    isAllowed: n % 2 === 0,
    isChanged: false,
    method: "GET",
    pathTemplate: `/things/${n}`,
    argsSchema: { type: "object" },
    ...change,
  };
}

/** A confirmed run in the queue. */
export async function enqueued(stores: Stores, change: Partial<PlanRun> = {}, priority = 0): Promise<PlanRun> {
  const run = draft({ state: "queued", ...change });
  await stores.atomically(async (tx) => {
    await tx.runs.create(run);
    await tx.queue.enqueue({ ...run, runId: run.id, priority, atMs: run.proposedAtMs });
  });
  return run;
}

/** A run that `owner` holds and works on, with its fence. */
export async function running(stores: Stores, owner = bootId("boot-1")): Promise<{ run: PlanRun; fence: number }> {
  const run = await enqueued(stores);
  const claims = await stores.atomically((tx) => tx.queue.claim({ owner, nowMs: 5_000, leaseMs: 30_000, limit: 50 }));
  const mine = claims.find((claim) => claim.runId === run.id)!;
  await stores.atomically((tx) => tx.runs.setState(run.id, { from: "queued", to: "running", fence: mine.fence }));
  return { run, fence: mine.fence };
}
