import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { decide } from "../../core/planning/decide-plan.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { recover } from "../../core/running/recover.ts";
import { createRunner, type Runner } from "../../core/running/runner.ts";
import type { RunnerSettings } from "../../core/running/settings.ts";
import { openSqlite, type SqliteStores } from "../../storage/index.ts";
import { benchClock, benchProject, benchTool, draftOf, instantTools, me, quiet } from "./runs-world.ts";

export interface StepRate {
  /** Durable steps a second over single-row commits a second of SQLite FULL on the same disk, in the same minute. */
  readonly ratio: number;
  readonly stepsPerSecond: number;
  readonly commitsPerSecond: number;
  readonly cpuMicrosPerStep: number;
}

/**
 * The whole runner with a tool that answers at once, against the raw commit rate of the same disk. The two are
 * measured in turns, and the medians of the rounds are compared.
 */
export async function measureSteps(
  runs: number,
  { steps, rounds }: { steps: number; rounds: number },
): Promise<StepRate> {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-steps-"));
  const raw = openRaw(folder);
  const bench = await openBench(path.join(folder, "data"), { capacity: Math.max(64, runs) });
  const found: StepRate[] = [];
  try {
    // Not counted: the code is compiled and the log has its length.
    await runAll(bench, { runs, steps, round: -1 });
    for (let round = 0; round < rounds; round++) {
      const before = commitsPerSecond(raw);
      const { stepsPerSecond, cpuMicrosPerStep } = await runAll(bench, { runs, steps, round });
      const commits = (before + commitsPerSecond(raw)) / 2;
      found.push({ ratio: stepsPerSecond / commits, stepsPerSecond, commitsPerSecond: commits, cpuMicrosPerStep });
    }
  } finally {
    await bench.close();
    raw.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return found.sort((a, b) => a.ratio - b.ratio)[Math.floor(found.length / 2)]!;
}

function openRaw(folder: string): Database.Database {
  const db = new Database(path.join(folder, "raw.db"));
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("create table commits (id integer primary key, body text) strict");
  return db;
}

function commitsPerSecond(db: Database.Database): number {
  const insert = db.prepare("insert into commits (body) values (?)");
  const body = "x".repeat(200);
  const endMs = performance.now() + 400;
  const startMs = performance.now();
  let n = 0;
  for (; performance.now() < endMs; n++) insert.run(body);
  return n / ((performance.now() - startMs) / 1000);
}

export interface BenchRunner {
  readonly stores: SqliteStores;
  readonly runner: Runner;
  close(): Promise<void>;
}

export async function openBench(folder: string, settings: Partial<RunnerSettings>): Promise<BenchRunner> {
  const stores = await openSqlite({ folder });
  await stores.atomically((tx) => tx.projects.put(benchProject));
  const boot = { id: "bench-boot" as never, processName: "bench" };
  await recover({ stores, clock: benchClock, boot });
  const runner = createRunner({
    stores,
    tools: instantTools(benchTool),
    clock: benchClock,
    logger: quiet,
    boot,
    settings,
  });
  runner.start();
  return {
    stores,
    runner,
    async close() {
      await runner.stop(1_000);
      await stores.close();
    },
  };
}

async function runAll(
  { stores, runner }: BenchRunner,
  { runs, steps, round }: { runs: number; steps: number; round: number },
) {
  const ids: string[] = [];
  for (let n = 0; n < runs; n++) ids.push(await saveDraft(stores, `steps-${runs}-${round}-${n}`, steps));
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await Promise.all(
    ids.map((runId) =>
      decide({ runId: runId as never, revision: 1, action: "confirm", by: me }, { stores, clock: benchClock }),
    ),
  );
  await runner.idle();
  const seconds = (performance.now() - startMs) / 1000;
  const used = process.cpuUsage(cpu);
  return { stepsPerSecond: (runs * steps) / seconds, cpuMicrosPerStep: (used.user + used.system) / (runs * steps) };
}

export async function saveDraft(stores: Stores, id: string, steps: number): Promise<string> {
  const draft = draftOf(id, steps);
  await stores.atomically(async (tx) => {
    await tx.chats.ensure({ id: draft.chatId, projectId: draft.projectId, language: "en", atMs: draft.proposedAtMs });
    await tx.runs.create(draft);
    await tx.chats.set(draft.chatId, { pendingRunId: draft.id });
    await tx.outbox.cardChanged(draft.id, draft.chatId, draft.proposedAtMs);
  });
  return id;
}
