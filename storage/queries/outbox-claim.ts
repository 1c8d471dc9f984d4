import { asId, type BootId } from "../../core/domain/ids.ts";
import type { Due } from "../../core/ports/stores.ts";
import { query, type Session } from "../session.ts";
import { isSuperseded } from "./lock-boot.ts";

type Claim = { owner: BootId; nowMs: number; untilMs: number };
type DueCard = Extract<Due, { kind: "card" }>;
type DueSay = Extract<Due, { kind: "say" }>;
type CardKey = { runId: string; chatId: string };
type Held = { claimed_by: string | null; claimed_until_ms: number | null };

/** With the row locked: what is decided about it stands until the transaction ends. SQLite has one writer at a time. */
const cardToClaim = query((db, p: CardKey, dialect) => {
  const card = db
    .selectFrom("outbox_cards")
    .select(["due_at_ms", "version", "delivered_version", "ref", "claimed_by", "claimed_until_ms", "may_be_there"])
    .where("run_id", "=", p.runId)
    .where("chat_id", "=", p.chatId);
  return dialect === "postgres" ? card.forUpdate() : card;
});
const claimCard = query((db, p: CardKey & { owner: string; untilMs: number }) =>
  db
    .updateTable("outbox_cards")
    .set({ claimed_by: p.owner, claimed_until_ms: p.untilMs, may_be_there: 1 })
    .where("run_id", "=", p.runId)
    .where("chat_id", "=", p.chatId),
);
const sayToClaim = query((db, p: { id: number }, dialect) => {
  const say = db
    .selectFrom("outbox_says")
    .select(["due_at_ms", "claimed_by", "claimed_until_ms", "may_be_there"])
    .where("id", "=", p.id);
  return dialect === "postgres" ? say.forUpdate() : say;
});
const earlierSay = query((db, p: { id: number; chatId: string }) =>
  db
    .selectFrom("outbox_says")
    .select("id")
    .where("chat_id", "=", p.chatId)
    .where("due_at_ms", "is not", null)
    .where("id", "<", p.id)
    .limit(1),
);
const claimSay = query((db, p: { id: number; owner: string; untilMs: number }) =>
  db
    .updateTable("outbox_says")
    .set({ claimed_by: p.owner, claimed_until_ms: p.untilMs, may_be_there: 1 })
    .where("id", "=", p.id),
);

/** Takes an item of the outbox for one delivery, or extends what the same boot took. See the port. */
export async function claimDelivery(
  session: Session,
  due: Due,
  by: Claim,
): Promise<{ mayBeThere: boolean } | undefined> {
  if (await isSuperseded(session, by.owner)) return undefined;
  return due.kind === "card" ? takeCard(session, due, by) : takeSay(session, due, by);
}

async function takeCard(session: Session, due: DueCard, by: Claim) {
  const { runId, chatId } = due;
  const row = await session.first(cardToClaim, { runId, chatId });
  if (!row || (row.ref ?? undefined) !== due.ref || row.delivered_version !== due.shown) return undefined;
  const isWanted = due.isAgain ? row.due_at_ms === null && row.version === due.shown : isDue(row, by);
  if (!isWanted || (await isHeldByOther(session, row, by))) return undefined;
  await session.change(claimCard, { runId, chatId, owner: by.owner, untilMs: by.untilMs });
  return { mayBeThere: row.may_be_there === 1 };
}

async function takeSay(session: Session, { id, chatId }: DueSay, by: Claim) {
  const row = await session.first(sayToClaim, { id });
  if (!row || !isDue(row, by) || (await isHeldByOther(session, row, by))) return undefined;
  // A process keeps the order of what it delivers by itself; only others could overtake it.
  if (session.dialect === "postgres" && (await session.first(earlierSay, { id, chatId }))) return undefined;
  await session.change(claimSay, { id, owner: by.owner, untilMs: by.untilMs });
  return { mayBeThere: row.may_be_there === 1 };
}

const isDue = (row: { due_at_ms: number | null }, { nowMs }: Claim): boolean =>
  row.due_at_ms !== null && row.due_at_ms <= nowMs;

async function isHeldByOther(session: Session, row: Held, by: Claim): Promise<boolean> {
  if (row.claimed_by === null || row.claimed_by === by.owner || (row.claimed_until_ms ?? 0) <= by.nowMs) return false;
  // PostgreSQL: a newer boot has freed what its predecessor held.
  return session.dialect === "postgres" || !(await isSuperseded(session, asId(row.claimed_by)));
}
