import type { AuditEntry, NewAuditEntry } from "./audit-entry.ts";
import { canonicalJson, sha256 } from "./canonical.ts";

export const AUDIT_GENESIS = "0".repeat(64);

/** The hash that binds an entry to its content and to all entries before it. */
export function auditHash(entry: Omit<AuditEntry, "hash">): string {
  const { seq, atMs, by, did, target, detail, prevHash } = entry;
  return sha256(prevHash + canonicalJson({ atMs, by, detail, did, seq, target }));
}

/** The next link after `head`. */
export function linkAuditEntry(entry: NewAuditEntry, head: { seq: number; hash: string }): AuditEntry {
  const { atMs, by, did, target, detail } = entry;
  const unsealed = { seq: head.seq + 1, atMs, by, did, target, detail, prevHash: head.hash };
  return { ...unsealed, hash: auditHash(unsealed) };
}
