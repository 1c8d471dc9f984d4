import { sql } from "kysely";
import { asId, type BootId, type ProjectId, type RunId } from "../../core/domain/ids.ts";
import type { QueueItem, QueueReader, QueueWriter } from "../../core/ports/stores.ts";
import type { QueueRow } from "../schema.ts";
import { query, type Session } from "../session.ts";
import { oneAtATime } from "./advisory-lock.ts";
import { claimItems } from "./claim.ts";
import { lockRun } from "./lock-run.ts";

const get = query((db, p: { runId: string }) => db.selectFrom("queue").selectAll().where("run_id", "=", p.runId));
const size = query((db) =>
  db
    .selectFrom("queue")
    .select((e) => e.fn.countAll<number>().as("all"))
    .select((e) => e.fn.count<number>("owner").as("held")),
);
const nextWaiting = query((db) =>
  db
    .selectFrom("queue")
    .select((e) => e.fn.min("available_at_ms").as("at"))
    .where("owner", "is", null),
);
const nextExpiry = query((db) =>
  db
    .selectFrom("queue")
    .select((e) => e.fn.min("lease_until_ms").as("at"))
    .where("owner", "is not", null),
);

const stopsAsked = query((db, p: { owner: string }) =>
  db
    .selectFrom("queue")
    .innerJoin("runs", "runs.id", "queue.run_id")
    .select("queue.run_id")
    .where("queue.owner", "=", p.owner)
    .where("runs.cancel_requested_at_ms", "is not", null),
);

type New = {
  runId: RunId;
  projectId: ProjectId;
  chatId: string;
  priority: number;
  atMs: number;
  availableAtMs: number;
};
const enqueue = query((db, p: New) =>
  db
    .insertInto("queue")
    .values({
      run_id: p.runId,
      project_id: p.projectId,
      chat_id: p.chatId,
      priority: p.priority,
      enqueued_at_ms: p.atMs,
      available_at_ms: p.availableAtMs,
      fence: 0,
    })
    .onConflict((o) => o.doNothing()),
);
const extend = query((db, p: { runId: string; fence: number; owner: string; untilMs: number }) =>
  db
    .updateTable("queue")
    .set({ lease_until_ms: p.untilMs })
    .where("run_id", "=", p.runId)
    .where("fence", "=", p.fence)
    .where("owner", "=", p.owner),
);
const giveBack = query((db, p: { runId: string; fence: number; availableAtMs: number }) =>
  db
    .updateTable("queue")
    .set({ owner: null, lease_until_ms: null, available_at_ms: p.availableAtMs })
    .where("run_id", "=", p.runId)
    .where("fence", "=", p.fence)
    .where("owner", "is not", null),
);
const settle = query((db, p: { runId: string; fence: number }) =>
  db.deleteFrom("queue").where("run_id", "=", p.runId).where("fence", "=", p.fence).where("owner", "is not", null),
);
const withdraw = query((db, p: { runId: string }) =>
  db.deleteFrom("queue").where("run_id", "=", p.runId).where("owner", "is", null),
);

type Boot = { id: BootId; processName: string; atMs: number };
const addBoot = query((db, p: Boot) =>
  db
    .insertInto("boots")
    .values({ id: p.id, process_name: p.processName, at_ms: p.atMs, is_superseded: 0 })
    .onConflict((o) => o.doNothing()),
);
const olderBoots = query((db, p: Boot) =>
  db
    .selectFrom("boots")
    .select("id")
    .where("process_name", "=", p.processName)
    .where("is_superseded", "=", sql.lit(0))
    .where("id", "<>", p.id),
);
const supersede = query((db, p: { id: string }) =>
  db.updateTable("boots").set({ is_superseded: 1 }).where("id", "=", p.id),
);
const freeItems = query((db, p: { id: string }) =>
  db.updateTable("queue").set({ owner: null, lease_until_ms: null }).where("owner", "=", p.id),
);
const freeTurns = query((db, p: { id: string }) =>
  db.updateTable("chats").set({ turn_owner: null, turn_until_ms: null }).where("turn_owner", "=", p.id),
);
const freeCards = query((db, p: { id: string }) =>
  db.updateTable("outbox_cards").set({ claimed_by: null, claimed_until_ms: null }).where("claimed_by", "=", p.id),
);
const freeSays = query((db, p: { id: string }) =>
  db.updateTable("outbox_says").set({ claimed_by: null, claimed_until_ms: null }).where("claimed_by", "=", p.id),
);

export function queueOver(session: Session): QueueReader & QueueWriter {
  return { ...queueReader(session), ...queueWriter(session) };
}

function queueReader(session: Session): QueueReader {
  return {
    async get(runId) {
      const row = await session.first(get, { runId });
      return row && toItem(row);
    },
    async size() {
      const { all, held } = (await session.first(size, {}))!;
      return { waiting: all - held, held };
    },
    async nextDueMs() {
      const waiting = await session.first(nextWaiting, {});
      const expiry = await session.first(nextExpiry, {});
      const times = [waiting?.at, expiry?.at].filter((at) => typeof at === "number");
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    stopsAsked: async (owner) => (await session.all(stopsAsked, { owner })).map((row) => asId(row.run_id)),
  };
}

function queueWriter(session: Session): QueueWriter {
  return {
    enqueue: async (item) =>
      (await session.change(enqueue, { ...item, availableAtMs: item.availableAtMs ?? item.atMs })) > 0,
    claim: (by) => claimItems(session, by),
    extend: async (hold) => (await session.change(extend, hold)) > 0,
    async giveBack(hold) {
      await lockRun(session, hold.runId);
      return (await session.change(giveBack, hold)) > 0;
    },
    async settle(hold) {
      await lockRun(session, hold.runId);
      return (await session.change(settle, hold)) > 0;
    },
    async withdraw(runId) {
      await lockRun(session, runId);
      return (await session.change(withdraw, { runId })) > 0;
    },
    async boot(boot) {
      await oneAtATime(session, "boot");
      await session.change(addBoot, boot);
      for (const { id } of await session.all(olderBoots, boot)) {
        await session.change(supersede, { id });
        await session.change(freeItems, { id });
        await session.change(freeTurns, { id });
        // On SQLite a claim asks for itself whether its holder was superseded.
        if (session.dialect === "sqlite") continue;
        await session.change(freeCards, { id });
        await session.change(freeSays, { id });
      }
    },
  };
}

function toItem(row: QueueRow): QueueItem {
  return {
    runId: asId(row.run_id),
    projectId: asId(row.project_id),
    chatId: asId(row.chat_id),
    priority: row.priority,
    enqueuedAtMs: row.enqueued_at_ms,
    availableAtMs: row.available_at_ms,
    owner: row.owner === null ? undefined : asId(row.owner),
    leaseUntilMs: row.lease_until_ms ?? undefined,
  };
}
