// Times what a run's step transition costs in storage, against the raw single-row commit rate of the same disk.
// Usage: node scripts/house/run.mjs scripts/bench/storage-step.ts [CONCURRENT_RUNS]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { auditEntry } from "../../core/access/record-audit.ts";
import { planHash } from "../../core/domain/canonical.ts";
import { type AccountId, asId, type BootId, type ChatId, type ProjectId, type RunId } from "../../core/domain/ids.ts";
import type { Plan } from "../../core/domain/plan.ts";
import type { PlanRun } from "../../core/domain/plan-run.ts";
import type { Tx } from "../../core/ports/stores.ts";
import { openSqlite } from "../../storage/index.ts";

const STEPS = Number(process.argv[3] ?? 200);
const folder = mkdtempSync(path.join(tmpdir(), "piloto-storage-step-"));
const me = asId<AccountId>("terminal:ana");
const project = asId<ProjectId>("workshop");
const boot = asId<BootId>("boot");

const plan: Plan = {
  version: 1,
  goal: "bench",
  steps: Array.from({ length: STEPS }, (_, i) => ({
    number: i + 1,
    title: "set the stock",
    tool: asId("workshop PUT /parts/{id}/stock"),
    toolHash: "0".repeat(64),
    args: { path: { id: "M8" }, body: { quantity: i } },
    risk: "write",
    replay: "never",
  })),
};

function draft(n: number): PlanRun {
  const id = asId<RunId>(`01900000-0000-7000-8000-${String(n).padStart(12, "0")}`);
  return {
    id,
    chatId: asId<ChatId>(`terminal:${n}`),
    projectId: project,
    state: "queued",
    revision: 1,
    plan,
    planHash: planHash(plan),
    requestedBy: me,
    proposedAtMs: 1,
    expiresAtMs: 2,
    fence: 0,
  };
}

function rawCommitsPerSecond(): number {
  const db = new Database(path.join(folder, "raw.db"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("create table t (id integer primary key, body text) strict");
  const insert = db.prepare("insert into t (body) values (?)");
  const body = "x".repeat(100);
  for (let i = 0; i < 200; i++) insert.run(body);
  const start = performance.now();
  for (let i = 0; i < 3000; i++) insert.run(body);
  const rate = 3000 / ((performance.now() - start) / 1000);
  db.close();
  return rate;
}

async function transition(tx: Tx, run: PlanRun, fence: number, number: number, atMs: number): Promise<void> {
  const { id: runId, chatId } = run;
  const request = `PUT /parts/M8/stock {"quantity":${number}}`;
  const result = { status: 200, headers: { "content-type": "application/json" }, body: { ok: true } };
  await tx.steps.end({ runId, number, fence, attempt: 1, state: "done", atMs, request, summary: "200 OK", result });
  await tx.audit.append(auditEntry("piloto", "end-step", runId, atMs, { step: number, state: "done", attempt: 1 }));
  if (number < STEPS) {
    await tx.limits.takeCalls(project, atMs, 1_000_000, 1);
    await tx.steps.begin({ runId, number: number + 1, fence, from: "pending", attempt: 1, atMs });
    await tx.audit.append(auditEntry("piloto", "begin-step", runId, atMs, { step: number + 1, attempt: 1 }));
  }
  await tx.outbox.cardChanged(runId, chatId, atMs);
}

async function stepsPerSecond(runs: number): Promise<{ rate: number; cpuMicros: number }> {
  const stores = await openSqlite({ folder: path.join(folder, `runs-${runs}-${performance.now()}`) });
  const drafts = Array.from({ length: runs }, (_, n) => draft(n));
  for (const run of drafts) {
    await stores.atomically(async (tx) => {
      await tx.runs.create(run);
      await tx.queue.enqueue({ ...run, runId: run.id, priority: 0, atMs: 1 });
    });
  }
  const claims = await stores.atomically((tx) => tx.queue.claim({ owner: boot, nowMs: 1, leaseMs: 1e9, limit: runs }));
  const fences = new Map(claims.map((claim) => [claim.runId, claim.fence]));
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(
    drafts.map(async (run) => {
      const fence = fences.get(run.id)!;
      await stores.atomically(async (tx) => {
        await tx.steps.begin({ runId: run.id, number: 1, fence, from: "pending", attempt: 1, atMs: 2 });
      });
      for (let n = 1; n <= STEPS; n++) await stores.atomically((tx) => transition(tx, run, fence, n, 2 + n));
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  await stores.close();
  return { rate: (runs * STEPS) / seconds, cpuMicros: (used.user + used.system) / (runs * STEPS) };
}

const raw = rawCommitsPerSecond();
console.log(`raw FULL commits/s: ${raw.toFixed(0)} (${(1e6 / raw).toFixed(1)} µs each)`);
for (const runs of process.argv[2] ? [Number(process.argv[2]), Number(process.argv[2])] : [64, 1, 64, 1]) {
  const { rate, cpuMicros } = await stepsPerSecond(runs);
  const ratio = (rate / raw).toFixed(2);
  console.log(`${runs} runs: ${rate.toFixed(0)} steps/s, ratio ${ratio}, ${cpuMicros.toFixed(1)} µs CPU a step`);
}
rmSync(folder, { recursive: true, force: true });
