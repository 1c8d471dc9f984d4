import type { JsonObject } from "./result.ts";

/**
 * One link of the audit chain. `hash` = SHA-256 over `prevHash` and the canonical JSON (RFC 8785) of
 * `{ seq, atMs, by, did, target, detail }`. The first entry's `prevHash` is 64 zeros.
 */
export interface AuditEntry {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  readonly atMs: number;
  /** An account, or `piloto` for what Piloto does by itself. */
  readonly by: string;
  /** A verb from a closed list in `core/access/record-audit.ts`. */
  readonly did: string;
  /** What it was done to: a run's id, a service's name, a setting's key. */
  readonly target: string;
  readonly detail: JsonObject;
  readonly prevHash: string;
  readonly hash: string;
}

export type NewAuditEntry = Pick<AuditEntry, "atMs" | "by" | "did" | "target" | "detail">;
