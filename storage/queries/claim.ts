import { type Expression, type SqlBool, sql } from "kysely";
import { asId, type RunId } from "../../core/domain/ids.ts";
import type { QueueWriter } from "../../core/ports/stores.ts";
import type { Dialect } from "../dialect.ts";
import { query, type Session } from "../session.ts";
import { oneAtATime } from "./advisory-lock.ts";
import { isSuperseded } from "./lock-boot.ts";
import { lockRun } from "./lock-run.ts";

type Claim = Parameters<QueueWriter["claim"]>[0];
type Claimed = { runId: RunId; fence: number };
type Candidate = { run_id: string; project_id: string; priority: number; enqueued_at_ms: number };

/** Projects and how many more of their runs may work now; those nobody configured have no limit. */
const held = query((db, p: { nowMs: number }) =>
  db
    .selectFrom("queue")
    .leftJoin("projects", "projects.id", "queue.project_id")
    .select(["queue.project_id", "projects.runs_at_once"])
    .select((e) => e.fn.countAll<number>().as("n"))
    .where("owner", "is not", null)
    .where("lease_until_ms", ">", p.nowMs)
    .groupBy(["queue.project_id", "projects.runs_at_once"]),
);
const runsAtOnce = query((db, p: { id: string }) =>
  db.selectFrom("projects").select("runs_at_once").where("id", "=", p.id),
);

/** Lists go in as one JSON parameter, so that the statement stays the same for every length. */
const notIn = (column: string, json: string, dialect: Dialect): Expression<SqlBool> =>
  dialect === "sqlite"
    ? sql`${sql.ref(column)} not in (select value from json_each(${json}))`
    : sql`not (${sql.ref(column)} = any (array(select json_array_elements_text(${json}::json))))`;

type Wanted = { nowMs: number; full: string; limit: number };
const waiting = query((db, p: Wanted, dialect) =>
  db
    .selectFrom("queue")
    .select(["run_id", "project_id", "priority", "enqueued_at_ms"])
    .where("owner", "is", null)
    .where("available_at_ms", "<=", p.nowMs)
    .where(notIn("project_id", p.full, dialect))
    .orderBy("priority", "desc")
    .orderBy("enqueued_at_ms")
    .orderBy("run_id")
    .limit(p.limit),
);
const abandoned = query((db, p: Wanted, dialect) =>
  db
    .selectFrom("queue")
    .select(["run_id", "project_id", "priority", "enqueued_at_ms"])
    .where("owner", "is not", null)
    .where("lease_until_ms", "<=", p.nowMs)
    .where(notIn("project_id", p.full, dialect))
    .orderBy("lease_until_ms")
    .limit(p.limit),
);
/** With the run locked: it may have been taken, settled or withdrawn since it was looked up. */
const isFree = query((db, p: { runId: string; nowMs: number }) =>
  db
    .selectFrom("queue")
    .select("run_id")
    .where("run_id", "=", p.runId)
    .where((e) => e.or([e("owner", "is", null), e("lease_until_ms", "<=", p.nowMs)])),
);
const raiseFence = query((db, p: { id: string }) =>
  db
    .updateTable("runs")
    .set((e) => ({ fence: e("fence", "+", 1) }))
    .where("id", "=", p.id)
    .returning("fence"),
);
const hold = query((db, p: { runId: string; owner: string; untilMs: number; fence: number }) =>
  db
    .updateTable("queue")
    .set({ owner: p.owner, lease_until_ms: p.untilMs, fence: p.fence })
    .where("run_id", "=", p.runId),
);
/** Takes up to `limit` items, best first, no project over its `runsAtOnce`. */
export async function claimItems(session: Session, by: Claim): Promise<Claimed[]> {
  if (await isSuperseded(session, by.owner)) return [];
  // Two claims at once would count the same held runs, and both go over a project's limit.
  await oneAtATime(session, "claim");
  const room = await roomOf(session, by.nowMs);
  const claimed: Claimed[] = [];
  while (claimed.length < by.limit) {
    const candidates = await bestOf(session, by, room.full(), by.limit - claimed.length);
    if (candidates.length === 0) break;
    for (const candidate of candidates) {
      if (!(await room.isLeft(candidate.project_id))) continue;
      const taken = await take(session, by, asId(candidate.run_id));
      if (!taken) continue;
      room.take(candidate.project_id);
      claimed.push(taken);
    }
  }
  return claimed;
}

async function bestOf(session: Session, by: Claim, full: readonly string[], limit: number): Promise<Candidate[]> {
  const wanted = { nowMs: by.nowMs, full: JSON.stringify(full), limit };
  const free = await session.all(waiting, wanted);
  const left = await session.all(abandoned, wanted);
  if (left.length === 0) return free;
  const both = [...free, ...left].sort(
    (a, b) => b.priority - a.priority || a.enqueued_at_ms - b.enqueued_at_ms || (a.run_id < b.run_id ? -1 : 1),
  );
  return both.slice(0, limit);
}

async function take(session: Session, by: Claim, runId: RunId): Promise<Claimed | undefined> {
  await lockRun(session, runId);
  if (!(await session.first(isFree, { runId, nowMs: by.nowMs }))) return undefined;
  const raised = await session.first(raiseFence, { id: runId });
  const fence = raised!.fence;
  await session.change(hold, { runId, owner: by.owner, untilMs: by.nowMs + by.leaseMs, fence });
  return { runId, fence };
}

/** Counts down how many more runs of each project may work. */
async function roomOf(session: Session, nowMs: number) {
  const left = new Map<string, number>();
  for (const row of await session.all(held, { nowMs })) {
    left.set(row.project_id, (row.runs_at_once ?? Number.POSITIVE_INFINITY) - row.n);
  }
  return {
    full: () => [...left].filter(([, n]) => n <= 0).map(([project]) => project),
    async isLeft(project: string): Promise<boolean> {
      const known = left.get(project);
      if (known !== undefined) return known > 0;
      const row = await session.first(runsAtOnce, { id: project });
      left.set(project, row?.runs_at_once ?? Number.POSITIVE_INFINITY);
      return left.get(project)! > 0;
    },
    take(project: string): void {
      left.set(project, left.get(project)! - 1);
    },
  };
}
