import type { NewAuditEntry } from "../domain/audit-entry.ts";
import type { JsonObject } from "../domain/result.ts";

/** Everything the audit log can say that somebody did. */
export type AuditVerb =
  | "propose-plan"
  | "supersede-plan"
  | "edit-plan"
  | "dry-run-plan"
  | "confirm-plan"
  | "auto-confirm-plan"
  | "cancel-plan"
  | "expire-plan"
  | "refuse-request"
  | "refuse-press"
  | "late-press"
  | "stop-run"
  | "retry-step"
  | "continue-run"
  | "abandon-run"
  | "start-run"
  | "begin-step"
  | "end-step"
  | "hand-back-run"
  | "finish-run"
  | "add-service"
  | "refresh-service"
  | "remove-service"
  | "allow-endpoint"
  | "deny-endpoint"
  | "put-secret"
  | "remove-secret"
  | "change-setting"
  | "pull-model"
  | "remove-model"
  | "make-link-code"
  | "link-account"
  | "unlink-account"
  | "refuse-link"
  | "start-piloto"
  | "stop-piloto";

/** An entry for `tx.audit.append`. `detail` holds facts, never secrets or whole bodies. */
export function auditEntry(
  by: string,
  did: AuditVerb,
  target: string,
  atMs: number,
  detail: JsonObject = {},
): NewAuditEntry {
  return { by, did, target, atMs, detail };
}
