import { AUDIT_GENESIS, auditHash } from "../domain/audit-chain.ts";
import type { AuditEntry } from "../domain/audit-entry.ts";
import type { Stores } from "../ports/stores.ts";

/** A signed statement, kept outside the database, that the chain had this head at that time. */
export interface AuditCheckpoint {
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
}

export type AuditVerdict =
  | { readonly kind: "whole"; readonly entries: number; readonly checkpoints: number; readonly head: string }
  | {
      readonly kind: "broken";
      /** The first entry that does not fit, or the last that a checkpoint promised. */
      readonly seq: number;
      readonly why: string;
    };

const PAGE = 1000;

/**
 * Walks the whole chain, oldest first, in pages. Finds an entry that was edited, removed, added or put elsewhere by
 * its hash, and with `checkpoints` (whose signatures the caller has checked) a tail that was cut and a chain that was
 * written anew. Reads only; memory stays flat.
 */
export async function verifyAudit(
  checkpoints: readonly AuditCheckpoint[],
  { stores }: { stores: Stores },
): Promise<AuditVerdict> {
  const promised = new Map<number, AuditCheckpoint>();
  for (const checkpoint of checkpoints) {
    const other = promised.get(checkpoint.seq);
    if (other && other.hash !== checkpoint.hash) {
      return { kind: "broken", seq: checkpoint.seq, why: "Two signed checkpoints disagree about this entry." };
    }
    promised.set(checkpoint.seq, checkpoint);
  }
  let head = { seq: 0, hash: AUDIT_GENESIS };
  for (;;) {
    const page = await stores.read((tx) => tx.audit.after(head.seq, PAGE));
    for (const entry of page) {
      const why = misfit(entry, head) ?? brokenPromise(entry, promised.get(entry.seq));
      if (why) return { kind: "broken", seq: head.seq + 1, why };
      head = { seq: entry.seq, hash: entry.hash };
    }
    if (page.length < PAGE) break;
  }
  const beyond = checkpoints.find((checkpoint) => checkpoint.seq > head.seq);
  if (beyond) {
    const why = `The log ends at entry ${head.seq}, but a signed checkpoint saw entry ${beyond.seq}: its end was cut off.`;
    return { kind: "broken", seq: beyond.seq, why };
  }
  return { kind: "whole", entries: head.seq, checkpoints: checkpoints.length, head: head.hash };
}

function misfit(entry: AuditEntry, head: { seq: number; hash: string }): string | undefined {
  if (entry.seq !== head.seq + 1) return `Entry ${head.seq + 1} is missing: after ${head.seq} comes ${entry.seq}.`;
  if (entry.prevHash !== head.hash) return `Entry ${entry.seq} does not follow from the entry before it.`;
  if (auditHash(entry) !== entry.hash) return `Entry ${entry.seq} was changed: its content does not give its hash.`;
  return undefined;
}

function brokenPromise(entry: AuditEntry, checkpoint: AuditCheckpoint | undefined): string | undefined {
  if (!checkpoint || checkpoint.hash === entry.hash) return undefined;
  return `Entry ${entry.seq} is not the one that a signed checkpoint saw: the log was written anew.`;
}
