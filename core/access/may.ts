import { type AccountId, faceOf } from "../domain/ids.ts";
import type { Project } from "../domain/project.ts";

export type Permission = "propose" | "confirm" | "administer";

/**
 * May this account do that in this project? Default deny: only a named account, or `<face>:*`, may.
 * Asked when a plan is proposed, when it is confirmed, and again when it runs.
 */
export function may(account: AccountId, permission: Permission, project: Project): boolean {
  const allowed = project.access[permission];
  return allowed.includes(account) || allowed.includes(`${faceOf(account)}:*` as AccountId);
}
