import type { AuditEntry, NewAuditEntry } from "./audit-entry.ts";
import { canonicalJson, sha256 } from "./canonical.ts";

export const AUDIT_GENESIS = "0".repeat(64);

/** The hash that binds an entry to its content and to all entries before it. */
export function auditHash(entry: Omit<AuditEntry, "hash">): string {
  const { seq, atMs, by, did, target, detail, prevHash } = entry;
  // The canonical JSON of these six, its keys in order: entries are made for every step of every run.
  const json = canonicalJson;
  const content = `{"atMs":${json(atMs)},"by":${json(by)},"detail":${json(detail)},"did":${json(did)},"seq":${json(seq)},"target":${json(target)}}`;
  return sha256(prevHash + content);
}

/** The next link after `head`. */
export function linkAuditEntry(entry: NewAuditEntry, head: { seq: number; hash: string }): AuditEntry {
  const { atMs, by, did, target, detail } = entry;
  const unsealed = { seq: head.seq + 1, atMs, by, did, target, detail, prevHash: head.hash };
  return { ...unsealed, hash: auditHash(unsealed) };
}
