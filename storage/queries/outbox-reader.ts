import { type Expression, type SqlBool, sql } from "kysely";
import { asId } from "../../core/domain/ids.ts";
import { ACTIVE_STATES } from "../../core/domain/plan-run.ts";
import type { Due, OutboxReader } from "../../core/ports/stores.ts";
import type { Dialect } from "../dialect.ts";
import type { OutboxCardRow, OutboxSayRow } from "../schema.ts";
import { query, type Session } from "../session.ts";

type CardRow = Omit<OutboxCardRow, "may_be_there">;
type SayRow = Omit<OutboxSayRow, "id" | "may_be_there"> & { id: number };
type Wanted = { face: string; nowMs: number; limit: number };
type CardKey = { runId: string; chatId: string };

/** One process works on a SQLite file, and knows by itself what it is delivering. */
const isFree = (nowMs: number, dialect: Dialect): Expression<SqlBool> =>
  dialect === "sqlite" ? sql`true` : sql`(claimed_until_ms is null or claimed_until_ms <= ${nowMs})`;
const isUnclaimed = (dialect: Dialect): Expression<SqlBool> =>
  dialect === "sqlite" ? sql`true` : sql`claimed_by is null`;

const dueCards = query((db, p: Wanted, dialect) =>
  db
    .selectFrom("outbox_cards")
    .selectAll()
    .where("face", "=", p.face)
    .where("due_at_ms", "<=", p.nowMs)
    .where(isFree(p.nowMs, dialect))
    .orderBy("due_at_ms")
    .limit(p.limit),
);
const dueSays = query((db, p: Wanted, dialect) =>
  db
    .selectFrom("outbox_says")
    .selectAll()
    .where("face", "=", p.face)
    .where("due_at_ms", "<=", p.nowMs)
    .where(isFree(p.nowMs, dialect))
    .orderBy("due_at_ms")
    .orderBy("id")
    .limit(p.limit),
);
const nextCard = query((db, p: { face: string }, dialect) =>
  db
    .selectFrom("outbox_cards")
    .select((e) => e.fn.min("due_at_ms").as("at"))
    .where("face", "=", p.face)
    .where("due_at_ms", "is not", null)
    .where(isUnclaimed(dialect)),
);
const nextSay = query((db, p: { face: string }, dialect) =>
  db
    .selectFrom("outbox_says")
    .select((e) => e.fn.min("due_at_ms").as("at"))
    .where("face", "=", p.face)
    .where("due_at_ms", "is not", null)
    .where(isUnclaimed(dialect)),
);
const nextFree = (table: "outbox_cards" | "outbox_says") =>
  query((db, p: { face: string }) =>
    db
      .selectFrom(table)
      .select(sql<number | null>`min(greatest(due_at_ms, claimed_until_ms))`.as("at"))
      .where("face", "=", p.face)
      .where("due_at_ms", "is not", null)
      .where("claimed_by", "is not", null),
  );
const nextFreeCard = nextFree("outbox_cards");
const nextFreeSay = nextFree("outbox_says");
const cardRef = query((db, p: CardKey) =>
  db.selectFrom("outbox_cards").select("ref").where("run_id", "=", p.runId).where("chat_id", "=", p.chatId),
);

const openCards = query((db, p: { face: string }) =>
  db
    .selectFrom("runs")
    .innerJoin("outbox_cards", "outbox_cards.run_id", "runs.id")
    .select(["outbox_cards.run_id", "outbox_cards.chat_id", "runs.proposed_at_ms"])
    .where("runs.state", "in", ["draft", ...ACTIVE_STATES])
    .where("outbox_cards.face", "=", p.face),
);
const endedCards = query((db, p: { face: string; endedAfterMs: number }) =>
  db
    .selectFrom("runs")
    .innerJoin("outbox_cards", "outbox_cards.run_id", "runs.id")
    .select(["outbox_cards.run_id", "outbox_cards.chat_id", "runs.proposed_at_ms"])
    .where("runs.finished_at_ms", ">", p.endedAfterMs)
    .where("outbox_cards.face", "=", p.face),
);

/** What is due, and what stands open. */
export function outboxReader(session: Session): OutboxReader {
  return {
    due: (face, nowMs, limit) => allDue(session, { face, nowMs, limit }),
    nextDueMs: (face) => nextDueMs(session, face),
    cardRef: async (runId, chatId) => (await session.first(cardRef, { runId, chatId }))?.ref ?? undefined,
    async openCards(face, endedAfterMs) {
      const open = await session.all(openCards, { face });
      const ended = await session.all(endedCards, { face, endedAfterMs });
      const rows = [...open, ...ended].sort((a, b) => a.proposed_at_ms - b.proposed_at_ms);
      return rows.map((row) => ({ runId: asId(row.run_id), chatId: asId(row.chat_id) }));
    },
  };
}

async function allDue(session: Session, wanted: Wanted): Promise<Due[]> {
  const says = (await session.all(dueSays, wanted)).map((row) => ({ atMs: row.due_at_ms!, due: toSay(row) }));
  const cards = (await session.all(dueCards, wanted)).map((row) => ({ atMs: row.due_at_ms!, due: toCard(row) }));
  // The sort is stable: what was said stands before a card of the same moment.
  return [...says, ...cards]
    .sort((a, b) => a.atMs - b.atMs)
    .slice(0, wanted.limit)
    .map(({ due }) => due);
}

async function nextDueMs(session: Session, face: string): Promise<number | undefined> {
  const says = await session.first(nextSay, { face });
  const cards = await session.first(nextCard, { face });
  const found = [says?.at, cards?.at];
  if (session.dialect === "postgres") {
    found.push((await session.first(nextFreeSay, { face }))?.at, (await session.first(nextFreeCard, { face }))?.at);
  }
  const times = found.filter((at) => typeof at === "number");
  return times.length > 0 ? Math.min(...times) : undefined;
}

function toCard(row: CardRow): Due {
  return {
    kind: "card",
    runId: asId(row.run_id),
    chatId: asId(row.chat_id),
    version: row.version,
    shown: row.delivered_version,
    ref: row.ref ?? undefined,
    tries: row.tries,
  };
}

function toSay(row: SayRow): Due {
  return {
    kind: "say",
    id: row.id,
    chatId: asId(row.chat_id),
    key: row.key,
    say: JSON.parse(row.say),
    tries: row.tries,
  };
}
