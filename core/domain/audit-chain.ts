import type { AuditEntry, NewAuditEntry } from "./audit-entry.ts";
import { canonicalJson, sha256 } from "./canonical.ts";

export const AUDIT_GENESIS = "0".repeat(64);

/** The hash that binds an entry to its content and to all entries before it. */
export function auditHash(entry: Omit<AuditEntry, "hash">): string {
  const { seq, atMs, by, did, target, detail, prevHash } = entry;
  // What `canonicalJson` gives for these six, written out: entries are made for every step of every run.
  const content = `{"atMs":${number(atMs)},"by":${text(by)},"detail":${canonicalJson(detail)},"did":${text(did)},"seq":${number(seq)},"target":${text(target)}}`;
  return sha256(prevHash + content);
}

/** A database would store another text in the place of half a character, and the chain would break on reading. */
function text(value: string): string {
  if (HALF_CHARACTER.test(value)) throw new TypeError("An audit entry holds a text that is not well-formed Unicode.");
  return JSON.stringify(value);
}

const HALF_CHARACTER = /\p{Surrogate}/u;

function number(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError("An audit entry holds a number that JSON cannot say.");
  return JSON.stringify(value);
}

/** The next link after `head`. */
export function linkAuditEntry(entry: NewAuditEntry, head: { seq: number; hash: string }): AuditEntry {
  const { atMs, by, did, target, detail } = entry;
  const unsealed = { seq: head.seq + 1, atMs, by, did, target, detail, prevHash: head.hash };
  return { ...unsealed, hash: auditHash(unsealed) };
}
