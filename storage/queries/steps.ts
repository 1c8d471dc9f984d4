import { sql } from "kysely";
import { asId, type RunId } from "../../core/domain/ids.ts";
import type { Attempt, StepRun, StepState } from "../../core/domain/plan-run.ts";
import type { StepReader, StepWriter } from "../../core/ports/stores.ts";
import type { StepRow } from "../schema.ts";
import { query, type Session } from "../session.ts";
import { lockRun } from "./lock-run.ts";

type Begin = Parameters<StepWriter["begin"]>[0];
type End = Parameters<StepWriter["end"]>[0];

const ofRun = query((db, p: { runId: string }) =>
  db.selectFrom("steps").selectAll().where("run_id", "=", p.runId).orderBy("number"),
);
const resultsOf = query((db, p: { runId: string }) =>
  db
    .selectFrom("attempts")
    .innerJoin("steps", (join) =>
      join
        .onRef("steps.run_id", "=", "attempts.run_id")
        .onRef("steps.number", "=", "attempts.number")
        .onRef("steps.attempt", "=", "attempts.attempt"),
    )
    .select(["attempts.number", "attempts.result"])
    .where("attempts.run_id", "=", p.runId)
    .where("steps.state", "in", ["done", "error"])
    .where("attempts.result", "is not", null),
);
const attemptsOf = query((db, p: { runId: string }) =>
  db
    .selectFrom("attempts")
    .select(["number", "attempt", "fence", "started_at_ms", "finished_at_ms", "outcome", "summary"])
    .where("run_id", "=", p.runId)
    .orderBy("number")
    .orderBy("attempt"),
);

const begin = query((db, p: Begin) =>
  db
    .updateTable("steps")
    .set({
      state: "running",
      attempt: p.attempt,
      started_at_ms: p.atMs,
      finished_at_ms: null,
      error_code: null,
      finished_after_cancel: 0,
      request: p.request as string,
      summary: null,
    })
    .where("run_id", "=", p.runId)
    .where("number", "=", p.number)
    .where("state", "=", p.from)
    .where((e) => e.exists(e.selectFrom("runs").select("id").where("id", "=", p.runId).where("fence", "=", p.fence))),
);
const addAttempt = query((db, p: Begin) =>
  db.insertInto("attempts").values({
    run_id: p.runId,
    number: p.number,
    attempt: p.attempt,
    fence: p.fence,
    started_at_ms: p.atMs,
  }),
);

const end = query((db, p: End) =>
  db
    .updateTable("steps")
    .set({
      state: p.state,
      finished_at_ms: sql`case when ${p.state} = 'pending' then null else cast(${p.atMs} as bigint) end`,
      error_code: p.errorCode as string,
      finished_after_cancel: p.finishedAfterCancel as unknown as number,
      request: sql`coalesce(${p.request}, request)`,
      summary: p.summary as string,
    })
    .where("run_id", "=", p.runId)
    .where("number", "=", p.number)
    .where("attempt", "=", p.attempt)
    .where("state", "=", "running")
    .where((e) => e.exists(e.selectFrom("runs").select("id").where("id", "=", p.runId).where("fence", "=", p.fence))),
);
type Close = {
  runId: string;
  number: number;
  attempt: number;
  atMs: number;
  outcome: string;
  summary?: string;
  result?: string;
};
const closeAttempt = query((db, p: Close) =>
  db
    .updateTable("attempts")
    .set({ finished_at_ms: p.atMs, outcome: p.outcome, summary: p.summary as string, result: p.result as string })
    .where("run_id", "=", p.runId)
    .where("number", "=", p.number)
    .where("attempt", "=", p.attempt),
);
type Mark = { runId: string; from: string; to: string; only: number | undefined };
const mark = query((db, p: Mark) =>
  db
    .updateTable("steps")
    .set({ state: p.to })
    .where("run_id", "=", p.runId)
    .where("state", "=", p.from)
    .where(sql<boolean>`number = coalesce(${p.only}, number)`),
);

export function stepsOver(session: Session): StepReader & StepWriter {
  return {
    of: (runId, what) => readSteps(session, runId, what?.results ?? true),
    async attempts(runId) {
      const rows = await session.all(attemptsOf, { runId });
      return rows.map((row) => ({
        runId,
        step: row.number,
        attempt: row.attempt,
        fence: row.fence,
        startedAtMs: row.started_at_ms,
        finishedAtMs: row.finished_at_ms ?? undefined,
        outcome: (row.outcome ?? undefined) as Attempt["outcome"],
        summary: row.summary ?? undefined,
      }));
    },
    async begin(start) {
      await lockRun(session, start.runId);
      if ((await session.change(begin, start)) === 0) return false;
      await session.change(addAttempt, start);
      return true;
    },
    async end(ended) {
      await lockRun(session, ended.runId);
      const finishedAfterCancel = ended.finishedAfterCancel ?? false;
      if ((await session.change(end, { ...ended, finishedAfterCancel })) === 0) return false;
      await session.change(closeAttempt, toClose(ended));
      return true;
    },
    async mark(runId, from, to, only) {
      await lockRun(session, runId);
      let changed = 0;
      for (const state of new Set(from)) {
        if (state !== to) changed += await session.change(mark, { runId, from: state, to, only });
      }
      return changed;
    },
  };
}

function toClose(ended: End): Close {
  const { runId, number, attempt, atMs, summary } = ended;
  // A step goes back to `pending` to be tried again: this attempt of it failed.
  const outcome = ended.state === "pending" ? "error" : ended.state;
  const result = ended.result === undefined ? undefined : JSON.stringify(ended.result);
  return { runId, number, attempt, atMs, outcome, summary, result };
}

async function readSteps(session: Session, runId: RunId, withResults: boolean): Promise<StepRun[]> {
  const steps = (await session.all(ofRun, { runId })).map(toStep);
  if (!withResults) return steps;
  const results = new Map((await session.all(resultsOf, { runId })).map((row) => [row.number, row.result]));
  return steps.map((step) => {
    const result = results.get(step.number);
    return typeof result === "string" ? { ...step, result: JSON.parse(result) } : step;
  });
}

function toStep(row: StepRow): StepRun {
  return {
    runId: asId(row.run_id),
    number: row.number,
    state: row.state as StepState,
    attempt: row.attempt,
    startedAtMs: row.started_at_ms ?? undefined,
    finishedAtMs: row.finished_at_ms ?? undefined,
    request: row.request ?? undefined,
    summary: row.summary ?? undefined,
    errorCode: row.error_code ?? undefined,
    finishedAfterCancel: row.finished_after_cancel === 1 ? true : undefined,
  };
}
