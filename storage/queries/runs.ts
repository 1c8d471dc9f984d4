import { type Expression, type Kysely, type SqlBool, sql } from "kysely";
import { type AccountId, asId, type RunId } from "../../core/domain/ids.ts";
import { type PlanRun, RUN_STATES, type RunState } from "../../core/domain/plan-run.ts";
import type { PageRequest, RunChange, RunReader, RunWriter } from "../../core/ports/stores.ts";
import { readPlan } from "../read-plan.ts";
import type { Database, RunRow } from "../schema.ts";
import { query, type Session } from "../session.ts";
import { lockRun } from "./lock-run.ts";
import { pageSize, toPage } from "./paging.ts";

type Row = RunRow & { plan: string };

/** Runs with the plan of their present revision. */
const whole = (db: Kysely<Database>) =>
  db
    .selectFrom("runs")
    .innerJoin("run_revisions as r", (join) =>
      join.onRef("r.run_id", "=", "runs.id").onRef("r.revision", "=", "runs.revision"),
    )
    .selectAll("runs")
    .select("r.plan");

const get = query((db, p: { id: string }) => whole(db).where("runs.id", "=", p.id));
const find = query((db, p: { from: string; to: string }) =>
  whole(db).where("id_reversed", ">=", p.from).where("id_reversed", "<", p.to).limit(2),
);
const findIn = query((db, p: { from: string; to: string; projectId: string }) =>
  whole(db)
    .where("id_reversed", ">=", p.from)
    .where("id_reversed", "<", p.to)
    .where("project_id", "=", p.projectId)
    .limit(2),
);
const expired = query((db, p: { nowMs: number; limit: number }) =>
  whole(db)
    .where("state", "=", sql.lit("draft"))
    .where("expires_at_ms", "<=", p.nowMs)
    .orderBy("expires_at_ms")
    .limit(p.limit),
);
const revisions = query((db, p: { id: string }) =>
  db.selectFrom("run_revisions").selectAll().where("run_id", "=", p.id).orderBy("revision"),
);

/** A page is asked for state by state, because then every page, of any filter, is a range of an index. */
type PageOf = { state: string; beforeMs: number; beforeId: string; limit: number; of: string };
const before = (p: PageOf): Expression<SqlBool> => sql`(proposed_at_ms, id) < (${p.beforeMs}, ${p.beforeId})`;
const inState = (db: Kysely<Database>, p: PageOf) =>
  whole(db)
    .where("state", "=", p.state)
    .where(before(p))
    .orderBy("proposed_at_ms", "desc")
    .orderBy("id", "desc")
    .limit(p.limit);
const pageOfAll = query((db, p: PageOf) => inState(db, p));
const pageOfProject = query((db, p: PageOf) => inState(db, p).where("project_id", "=", p.of));
const pageOfChat = query((db, p: PageOf) => inState(db, p).where("chat_id", "=", p.of));

const add = query((db, p: Omit<PlanRun, "plan"> & { reversed: string }) =>
  db.insertInto("runs").values({
    id: p.id,
    id_reversed: p.reversed,
    chat_id: p.chatId,
    project_id: p.projectId,
    state: p.state,
    revision: p.revision,
    plan_hash: p.planHash,
    requested_by: p.requestedBy,
    proposed_at_ms: p.proposedAtMs,
    expires_at_ms: p.expiresAtMs,
    decided_by: p.decidedBy as string,
    decided_at_ms: p.decidedAtMs as number,
    cancel_requested_by: p.cancelRequestedBy as string,
    cancel_requested_at_ms: p.cancelRequestedAtMs as number,
    started_at_ms: p.startedAtMs as number,
    finished_at_ms: p.finishedAtMs as number,
    superseded_by: p.supersededBy as string,
    reason: p.reason as string,
    edit_note: p.editNote as string,
    fence: p.fence,
  }),
);
type Revision = { id: string; revision: number; planHash: string; plan: string; by: AccountId; atMs: number };
const addRevision = query((db, p: Revision) =>
  db.insertInto("run_revisions").values({
    run_id: p.id,
    revision: p.revision,
    plan_hash: p.planHash,
    plan: p.plan,
    by_account: p.by,
    at_ms: p.atMs,
  }),
);
/** About the length of a request, its summary and a short result. */
const ROOM = " ".repeat(320);
const addStep = query((db, p: { runId: string; number: number }, dialect) =>
  db.insertInto("steps").values({
    run_id: p.runId,
    number: p.number,
    state: "pending",
    attempt: 0,
    fence: 0,
    finished_after_cancel: 0,
    // PostgreSQL writes rows anew anyway.
    room: dialect === "sqlite" ? ROOM : null,
  }),
);
const dropSteps = query((db, p: { runId: string }) => db.deleteFrom("steps").where("run_id", "=", p.runId));

type From = Record<`from${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`, string>;
type StateChange = From & Omit<RunChange, "from"> & { id: string; setsFinished: boolean; setsReason: boolean };
const setState = query((db, p: StateChange) =>
  db
    .updateTable("runs")
    .set({
      state: p.to,
      decided_by: sql`coalesce(${p.decidedBy}, decided_by)`,
      decided_at_ms: sql`coalesce(${p.decidedAtMs}, decided_at_ms)`,
      started_at_ms: sql`coalesce(${p.startedAtMs}, started_at_ms)`,
      superseded_by: sql`coalesce(${p.supersededBy}, superseded_by)`,
      finished_at_ms: sql`case when ${p.setsFinished} = 1 then ${p.finishedAtMs} else finished_at_ms end`,
      reason: sql`case when ${p.setsReason} = 1 then ${p.reason} else reason end`,
      cancel_requested_by: sql`case when ${p.clearCancel} = 1 then null else cancel_requested_by end`,
      cancel_requested_at_ms: sql`case when ${p.clearCancel} = 1 then null else cancel_requested_at_ms end`,
    })
    .where("id", "=", p.id)
    .where("state", "in", [p.from0, p.from1, p.from2, p.from3, p.from4, p.from5, p.from6, p.from7, p.from8])
    .where(sql<SqlBool>`revision = coalesce(${p.revision}, revision)`)
    .where(sql<SqlBool>`plan_hash = coalesce(${p.planHash}, plan_hash)`)
    .where(sql<SqlBool>`fence = coalesce(${p.fence}, fence)`),
);
type Revise = { id: string; was: number; revision: number; planHash: string; editNote: string; expiresAtMs: number };
const revise = query((db, p: Revise) =>
  db
    .updateTable("runs")
    .set({ revision: p.revision, plan_hash: p.planHash, edit_note: p.editNote, expires_at_ms: p.expiresAtMs })
    .where("id", "=", p.id)
    .where("state", "=", sql.lit("draft"))
    .where("revision", "=", p.was),
);
const requestCancel = query((db, p: { id: string; by: string; atMs: number }) =>
  db
    .updateTable("runs")
    .set({ cancel_requested_by: p.by, cancel_requested_at_ms: p.atMs })
    .where("id", "=", p.id)
    .where("state", "in", ["queued", "running", "waiting"])
    .where("cancel_requested_at_ms", "is", null),
);

export function runsOver(session: Session): RunReader & RunWriter {
  return { ...runReader(session), ...runWriter(session) };
}

function runReader(session: Session): RunReader {
  return {
    async get(id) {
      const row = await session.first(get, { id });
      return row && toRun(row);
    },
    async find(projectId, suffix) {
      if (suffix === "") return undefined;
      const from = reverse(suffix);
      const range = { from, to: `${from}\u{10FFFF}` };
      const rows = await (projectId === undefined
        ? session.all(find, range)
        : session.all(findIn, { ...range, projectId }));
      return rows.length === 1 ? toRun(rows[0]!) : undefined;
    },
    async page(filter, request) {
      const size = pageSize(request);
      const rows = await pageRows(session, filter, request, size + 1);
      return toPage(rows, size, toRun, (row) => `${row.proposed_at_ms}.${row.id}`);
    },
    expired: async (nowMs, limit) => (await session.all(expired, { nowMs, limit })).map(toRun),
    async revisions(id) {
      const rows = await session.all(revisions, { id });
      return rows.map((row) => ({
        revision: row.revision,
        plan: readPlan(row.plan),
        planHash: row.plan_hash,
        by: asId(row.by_account),
        atMs: row.at_ms,
      }));
    },
  };
}

async function pageRows(
  session: Session,
  filter: Parameters<RunReader["page"]>[0],
  request: PageRequest,
  limit: number,
): Promise<Row[]> {
  const dot = request.before?.indexOf(".") ?? -1;
  const beforeMs = request.before === undefined ? Number.MAX_SAFE_INTEGER : Number(request.before.slice(0, dot));
  const beforeId = request.before?.slice(dot + 1) ?? "";
  const [ask, of] = filter.chatId
    ? [pageOfChat, filter.chatId]
    : filter.projectId
      ? [pageOfProject, filter.projectId]
      : [pageOfAll, ""];
  const found: Row[] = [];
  for (const state of new Set(filter.states ?? RUN_STATES)) {
    found.push(...(await session.all(ask, { state, beforeMs, beforeId, limit, of })));
  }
  const fits = found.filter((row) => filter.projectId === undefined || row.project_id === filter.projectId);
  return fits.sort((a, b) => b.proposed_at_ms - a.proposed_at_ms || (a.id < b.id ? 1 : -1)).slice(0, limit);
}

function runWriter(session: Session): RunWriter {
  const addSteps = async (runId: RunId, steps: readonly { number: number }[]) => {
    for (const { number } of steps) await session.change(addStep, { runId, number });
  };
  return {
    async create(run) {
      const { id, revision, planHash, requestedBy: by, proposedAtMs: atMs } = run;
      await session.change(add, { ...run, reversed: reverse(id) });
      await session.change(addRevision, { id, revision, planHash, plan: JSON.stringify(run.plan), by, atMs });
      await addSteps(id, run.plan.steps);
    },
    async setState(id, change) {
      await lockRun(session, id);
      const setsFinished = change.finishedAtMs !== undefined;
      const setsReason = change.reason !== undefined;
      return (await session.change(setState, { ...change, ...fromOf(change), id, setsFinished, setsReason })) > 0;
    },
    async revise(id, change) {
      await lockRun(session, id);
      const { plan, revision } = change;
      const won = await session.change(revise, { ...change, id, was: revision - 1 });
      if (won === 0) return false;
      await session.change(addRevision, { ...change, id, plan: JSON.stringify(plan) });
      await session.change(dropSteps, { runId: id });
      await addSteps(id, plan.steps);
      return true;
    },
    async requestCancel(id, by, atMs) {
      await lockRun(session, id);
      return (await session.change(requestCancel, { id, by, atMs })) > 0;
    },
  };
}

/** The states to start from, filled up to nine by repeating the last. */
function fromOf(change: RunChange): From {
  const from = typeof change.from === "string" ? [change.from] : change.from;
  const at = (i: number): string => from[Math.min(i, from.length - 1)] ?? "";
  return {
    from0: at(0),
    from1: at(1),
    from2: at(2),
    from3: at(3),
    from4: at(4),
    from5: at(5),
    from6: at(6),
    from7: at(7),
    from8: at(8),
  };
}

const reverse = (text: string): string => [...text].reverse().join("");

function toRun(row: Row): PlanRun {
  return {
    id: asId(row.id),
    chatId: asId(row.chat_id),
    projectId: asId(row.project_id),
    state: row.state as RunState,
    revision: row.revision,
    plan: readPlan(row.plan),
    planHash: row.plan_hash,
    requestedBy: asId(row.requested_by),
    proposedAtMs: row.proposed_at_ms,
    expiresAtMs: row.expires_at_ms,
    decidedBy: row.decided_by === null ? undefined : asId(row.decided_by),
    decidedAtMs: row.decided_at_ms ?? undefined,
    cancelRequestedBy: row.cancel_requested_by === null ? undefined : asId(row.cancel_requested_by),
    cancelRequestedAtMs: row.cancel_requested_at_ms ?? undefined,
    startedAtMs: row.started_at_ms ?? undefined,
    finishedAtMs: row.finished_at_ms ?? undefined,
    supersededBy: row.superseded_by === null ? undefined : asId(row.superseded_by),
    reason: row.reason ?? undefined,
    editNote: row.edit_note ?? undefined,
    fence: row.fence,
  };
}
