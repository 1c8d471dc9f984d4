import { type Expression, type SqlBool, sql } from "kysely";
import { faceOf } from "../../core/domain/ids.ts";
import type { OutboxReader, OutboxWriter } from "../../core/ports/stores.ts";
import { type Query, query, type Session } from "../session.ts";
import { claimDelivery } from "./outbox-claim.ts";
import { outboxReader } from "./outbox-reader.ts";

type CardKey = { runId: string; chatId: string };
type Postponed = { atMs: number; error: string; by: string | undefined };

const UNCLAIMED = { claimed_by: null, claimed_until_ms: null };

/** The usual case, apart: naming `due_at_ms` in an update would rewrite its index although nothing changes there. */
const raiseDueCard = query((db, p: CardKey) =>
  db
    .updateTable("outbox_cards")
    .set({ version: sql`version + 1` })
    .where("run_id", "=", p.runId)
    .where("chat_id", "=", p.chatId)
    .where("due_at_ms", "is not", null),
);
/** A card that is due already stays due when it was; one that was shown a moment ago waits until `not_before_ms`. */
const cardChanged = query((db, p: CardKey & { face: string; atMs: number }) =>
  db
    .insertInto("outbox_cards")
    .values({
      run_id: p.runId,
      chat_id: p.chatId,
      face: p.face,
      version: 1,
      delivered_version: 0,
      due_at_ms: p.atMs,
      not_before_ms: 0,
      tries: 0,
    })
    .onConflict((o) =>
      o.columns(["run_id", "chat_id"]).doUpdateSet({
        version: sql`outbox_cards.version + 1`,
        due_at_ms: sql`case
          when outbox_cards.gave_up is not null then null
          when outbox_cards.due_at_ms is not null then outbox_cards.due_at_ms
          when outbox_cards.not_before_ms > excluded.due_at_ms then outbox_cards.not_before_ms
          else excluded.due_at_ms end`,
      }),
    ),
);
type Delivered = CardKey & { version: number; ref: string; notBeforeMs: number; by: string | undefined };
/** Without `by` it is nobody's business who claimed it. */
const isStillOf = (by: string | undefined): Expression<SqlBool> =>
  sql`(cast(${by} as text) is null or claimed_by = ${by})`;
const cardDelivered = query((db, p: Delivered) =>
  db
    .updateTable("outbox_cards")
    .set({
      delivered_version: sql`case when delivered_version > ${p.version} then delivered_version else ${p.version} end`,
      ref: p.ref,
      not_before_ms: p.notBeforeMs,
      tries: 0,
      last_error: null,
      ...UNCLAIMED,
      may_be_there: 0,
      due_at_ms: sql`case when version > ${p.version} then cast(${p.notBeforeMs} as bigint) else null end`,
    })
    .where("run_id", "=", p.runId)
    .where("chat_id", "=", p.chatId)
    .where(isStillOf(p.by)),
);
/**
 * Who was overtaken may have put an older picture over a newer one. The version between is nobody's: no process takes
 * the card for what it showed itself.
 */
const cardOvertaken = query((db, p: CardKey & { notBeforeMs: number }) =>
  db
    .updateTable("outbox_cards")
    .set({
      version: sql`version + 2`,
      delivered_version: sql`version + 1`,
      due_at_ms: sql`coalesce(due_at_ms, cast(${p.notBeforeMs} as bigint))`,
    })
    .where("run_id", "=", p.runId)
    .where("chat_id", "=", p.chatId)
    .where("gave_up", "is", null),
);
const cardGone = query((db, p: CardKey) =>
  db
    .updateTable("outbox_cards")
    .set({ ref: null, may_be_there: 0 })
    .where("run_id", "=", p.runId)
    .where("chat_id", "=", p.chatId),
);
/** A card that was shown again without being due only ends its claim. */
const postponeCard = query((db, p: CardKey & Postponed) =>
  db
    .updateTable("outbox_cards")
    .set({
      ...UNCLAIMED,
      due_at_ms: sql`case when due_at_ms is null then null else cast(${p.atMs} as bigint) end`,
      last_error: p.error,
      tries: sql`tries + 1`,
    })
    .where("run_id", "=", p.runId)
    .where("chat_id", "=", p.chatId)
    .where("gave_up", "is", null)
    .where(isStillOf(p.by)),
);
const giveUpCard = query((db, p: CardKey & { reason: string }) =>
  db
    .updateTable("outbox_cards")
    .set({ ...UNCLAIMED, due_at_ms: null, gave_up: p.reason })
    .where("run_id", "=", p.runId)
    .where("chat_id", "=", p.chatId),
);

const say = query((db, p: { chatId: string; face: string; key: string; say: string; atMs: number }) =>
  db
    .insertInto("outbox_says")
    .values({
      chat_id: p.chatId,
      face: p.face,
      key: p.key,
      say: p.say,
      at_ms: p.atMs,
      due_at_ms: p.atMs,
      tries: 0,
    })
    .onConflict((o) => o.doNothing()),
);
const sayDelivered = query((db, p: { id: number; ref: string; atMs: number }) =>
  db
    .updateTable("outbox_says")
    .set({ ...UNCLAIMED, due_at_ms: null, delivered_at_ms: p.atMs, ref: p.ref, last_error: null, may_be_there: 0 })
    .where("id", "=", p.id),
);
const postponeSay = query((db, p: { id: number } & Postponed) =>
  db
    .updateTable("outbox_says")
    .set({ ...UNCLAIMED, due_at_ms: p.atMs, last_error: p.error, tries: sql`tries + 1` })
    .where("id", "=", p.id)
    .where("due_at_ms", "is not", null)
    .where(isStillOf(p.by)),
);
const giveUpSay = query((db, p: { id: number; reason: string }) =>
  db
    .updateTable("outbox_says")
    .set({ ...UNCLAIMED, due_at_ms: null, gave_up: p.reason })
    .where("id", "=", p.id),
);

export function outboxOver(session: Session): OutboxReader & OutboxWriter {
  const change = async <P>(what: Query<P, unknown>, params: P): Promise<void> => {
    await session.change(what, params);
  };
  return {
    ...outboxReader(session),
    async cardChanged(runId, chatId, atMs) {
      if ((await session.change(raiseDueCard, { runId, chatId })) > 0) return;
      await session.change(cardChanged, { runId, chatId, atMs, face: faceOf(chatId) });
    },
    say: (chatId, key, what, atMs) =>
      change(say, { chatId, key, atMs, face: faceOf(chatId), say: JSON.stringify(what) }),
    claim: (due, by) => claimDelivery(session, due, by),
    async cardDelivered(runId, chatId, version, ref, notBeforeMs, by) {
      const delivered = { runId, chatId, version, ref, notBeforeMs, by };
      if ((await session.change(cardDelivered, delivered)) > 0 || by === undefined) return true;
      await session.change(cardOvertaken, { runId, chatId, notBeforeMs });
      return false;
    },
    cardGone: (runId, chatId) => change(cardGone, { runId, chatId }),
    sayDelivered: (id, ref, atMs) => change(sayDelivered, { id, ref, atMs }),
    postpone: (due, atMs, error, by) =>
      due.kind === "card"
        ? change(postponeCard, { ...due, atMs, error, by })
        : change(postponeSay, { id: due.id, atMs, error, by }),
    giveUp: (due, reason) =>
      due.kind === "card" ? change(giveUpCard, { ...due, reason }) : change(giveUpSay, { id: due.id, reason }),
  };
}
