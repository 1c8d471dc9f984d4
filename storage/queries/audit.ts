import { AUDIT_GENESIS, linkAuditEntry } from "../../core/domain/audit-chain.ts";
import type { AuditEntry, NewAuditEntry } from "../../core/domain/audit-entry.ts";
import type { Tx } from "../../core/ports/stores.ts";
import type { AuditRow } from "../schema.ts";
import { type AuditBuffer, query, type Session } from "../session.ts";

export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

const head = query((db) => db.selectFrom("audit").select(["seq", "hash"]).orderBy("seq", "desc").limit(1));
const after = query((db, p: { afterSeq: number; limit: number }) =>
  db.selectFrom("audit").selectAll().where("seq", ">", p.afterSeq).orderBy("seq").limit(p.limit),
);
const append = query((db, p: AuditRow) =>
  db.insertInto("audit").values({
    seq: p.seq,
    at_ms: p.at_ms,
    by_account: p.by_account,
    did: p.did,
    target: p.target,
    detail: p.detail,
    prev_hash: p.prev_hash,
    hash: p.hash,
  }),
);

export function auditOver(session: Session): Tx["audit"] {
  return {
    async head() {
      await session.audit.flush();
      return readAuditHead(session);
    },
    async after(afterSeq, limit) {
      await session.audit.flush();
      return (await session.all(after, { afterSeq, limit })).map(toEntry);
    },
    async append(...entries) {
      session.audit.add(entries);
    },
  };
}

export async function readAuditHead(session: Session): Promise<AuditHead> {
  return (await session.first(head, {})) ?? { seq: 0, hash: AUDIT_GENESIS };
}

/**
 * Gathers a transaction's entries and links them at its end, so that the head of the chain is held as shortly
 * as can be. `lockHead` must keep every other writer from the chain until the transaction ends.
 */
export function auditBuffer(
  session: () => Session,
  { lockHead, moved }: { lockHead: () => Promise<AuditHead>; moved: (head: AuditHead) => void },
): AuditBuffer {
  let waiting: NewAuditEntry[] = [];
  return {
    add(entries) {
      waiting.push(...entries);
    },
    async flush() {
      if (waiting.length === 0) return;
      const entries = waiting;
      waiting = [];
      let last = await lockHead();
      for (const entry of entries) {
        const linked = linkAuditEntry(entry, last);
        await session().change(append, toRow(linked));
        last = linked;
      }
      moved(last);
    },
  };
}

function toRow(entry: AuditEntry): AuditRow {
  return {
    seq: entry.seq,
    at_ms: entry.atMs,
    by_account: entry.by,
    did: entry.did,
    target: entry.target,
    detail: JSON.stringify(entry.detail),
    prev_hash: entry.prevHash,
    hash: entry.hash,
  };
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    seq: row.seq,
    atMs: row.at_ms,
    by: row.by_account,
    did: row.did,
    target: row.target,
    detail: JSON.parse(row.detail),
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}
