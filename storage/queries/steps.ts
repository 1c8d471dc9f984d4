import { type ExpressionBuilder, sql } from "kysely";
import { asId, type RunId } from "../../core/domain/ids.ts";
import type { Attempt, StepRun, StepState } from "../../core/domain/plan-run.ts";
import type { StepReader, StepWriter } from "../../core/ports/stores.ts";
import type { Database, StepRow } from "../schema.ts";
import { query, type Session } from "../session.ts";
import { lockRun } from "./lock-run.ts";

type Begin = Parameters<StepWriter["begin"]>[0];
type End = Parameters<StepWriter["end"]>[0];
type WholeRow = Omit<StepRow, "room">;
type LeanRow = Omit<WholeRow, "result">;

const LEAN = [
  "run_id",
  "number",
  "state",
  "attempt",
  "fence",
  "started_at_ms",
  "finished_at_ms",
  "attempt_finished_at_ms",
  "outcome",
  "error_code",
  "finished_after_cancel",
  "request",
  "summary",
] as const;

const whole = query((db, p: { runId: string }) =>
  db
    .selectFrom("steps")
    .select([...LEAN, "result"])
    .where("run_id", "=", p.runId)
    .orderBy("number"),
);
const lean = query((db, p: { runId: string }) =>
  db.selectFrom("steps").select(LEAN).where("run_id", "=", p.runId).orderBy("number"),
);
const resultOf = query((db, p: { runId: string; number: number }) =>
  db
    .selectFrom("steps")
    .select("result")
    .where("run_id", "=", p.runId)
    .where("number", "=", p.number)
    .where("result", "is not", null)
    .where("state", "in", ["done", "error"]),
);
const earlierAttempts = query((db, p: { runId: string }) =>
  db
    .selectFrom("attempts")
    .select(["number", "attempt", "fence", "started_at_ms", "finished_at_ms", "outcome", "summary"])
    .where("run_id", "=", p.runId)
    .orderBy("number")
    .orderBy("attempt"),
);

type OfStep = ExpressionBuilder<Database, "steps">;
/** The writer's fence is the run's present one. */
const holds = (e: OfStep, p: { runId: string; fence: number }) =>
  e.exists(e.selectFrom("runs").select("id").where("id", "=", p.runId).where("fence", "=", p.fence));
/** All that must be true for an attempt to begin: the fence, no Stop, the state, and that it is the next one. */
const mayBegin = (e: OfStep, p: Begin) =>
  e.and([
    e("run_id", "=", p.runId),
    e("number", "=", p.number),
    e("state", "=", p.from),
    e("attempt", "=", sql<number>`cast(${p.attempt} as bigint) - 1`),
    e.exists(
      e
        .selectFrom("runs")
        .select("id")
        .where("id", "=", p.runId)
        .where("fence", "=", p.fence)
        .where("cancel_requested_at_ms", "is", null),
    ),
  ]);
const begin = query((db, p: Begin) =>
  db
    .updateTable("steps")
    .set({
      state: "running",
      attempt: p.attempt,
      fence: p.fence,
      started_at_ms: p.atMs,
      finished_at_ms: null,
      attempt_finished_at_ms: null,
      outcome: null,
      error_code: null,
      finished_after_cancel: 0,
      room: null,
      request: p.request as string,
      summary: null,
      result: null,
    })
    .where((e) => mayBegin(e, p)),
);
/** Puts the attempt that was into the record, before `begin` writes the next one over it. */
const keepEarlier = query((db, p: Begin) =>
  db
    .insertInto("attempts")
    .columns([
      "run_id",
      "number",
      "attempt",
      "fence",
      "started_at_ms",
      "finished_at_ms",
      "outcome",
      "summary",
      "result",
    ])
    .expression(
      db
        .selectFrom("steps")
        .select([
          "run_id",
          "number",
          "attempt",
          "fence",
          sql<number>`started_at_ms`.as("started_at_ms"),
          "attempt_finished_at_ms",
          "outcome",
          "summary",
          "result",
        ])
        .where((e) => mayBegin(e, p)),
    ),
);

type Ended = Omit<End, "result"> & { outcome: string; result: string | undefined };
const end = query((db, p: Ended) =>
  db
    .updateTable("steps")
    .set({
      state: p.state,
      finished_at_ms: sql`case when ${p.state} = 'pending' then null else cast(${p.atMs} as bigint) end`,
      attempt_finished_at_ms: p.atMs,
      outcome: p.outcome,
      error_code: p.errorCode as string,
      finished_after_cancel: p.finishedAfterCancel as unknown as number,
      request: sql`coalesce(${p.request}, request)`,
      summary: p.summary as string,
      result: p.result as string,
    })
    .where("run_id", "=", p.runId)
    .where("number", "=", p.number)
    .where("attempt", "=", p.attempt)
    .where("state", "=", "running")
    .where((e) => holds(e, p)),
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
    async of(runId, what) {
      if (what?.results === false) return (await session.all(lean, { runId })).map(toStep);
      return (await session.all(whole, { runId })).map(toStepWithResult);
    },
    async result(runId, number) {
      const row = await session.first(resultOf, { runId, number });
      return row && JSON.parse(row.result!);
    },
    attempts: (runId) => readAttempts(session, runId),
    async begin(start) {
      await lockRun(session, start.runId);
      if (start.attempt > 1) await session.change(keepEarlier, start);
      return (await session.change(begin, start)) > 0;
    },
    async end(ended) {
      await lockRun(session, ended.runId);
      return (await session.change(end, toEnded(ended))) > 0;
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

function toEnded(ended: End): Ended {
  return {
    ...ended,
    // A step goes back to `pending` to be tried again: this attempt of it failed.
    outcome: ended.state === "pending" ? "error" : ended.state,
    finishedAfterCancel: ended.finishedAfterCancel ?? false,
    result: ended.result === undefined ? undefined : JSON.stringify(ended.result),
  };
}

async function readAttempts(session: Session, runId: RunId): Promise<Attempt[]> {
  const earlier = await session.all(earlierAttempts, { runId });
  const present = (await session.all(lean, { runId }))
    .filter((row) => row.attempt > 0)
    .map((row) => ({ ...row, started_at_ms: row.started_at_ms ?? 0, finished_at_ms: row.attempt_finished_at_ms }));
  return [...earlier, ...present]
    .sort((a, b) => a.number - b.number || a.attempt - b.attempt)
    .map((row) => ({
      runId,
      step: row.number,
      attempt: row.attempt,
      fence: row.fence,
      startedAtMs: row.started_at_ms,
      finishedAtMs: row.finished_at_ms ?? undefined,
      outcome: (row.outcome ?? undefined) as Attempt["outcome"],
      summary: row.summary ?? undefined,
    }));
}

function toStepWithResult(row: WholeRow): StepRun {
  const isShown = row.result !== null && (row.state === "done" || row.state === "error");
  return isShown ? { ...toStep(row), result: JSON.parse(row.result!) } : toStep(row);
}

function toStep(row: LeanRow): StepRun {
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
