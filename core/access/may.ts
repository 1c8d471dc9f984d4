import type { Actor } from "../domain/chat.ts";
import { type AccountId, faceOf, nameOf } from "../domain/ids.ts";
import type { Project } from "../domain/project.ts";

export type Permission = "propose" | "confirm" | "administer";

/** Who acts, with all that may hold a permission for them. Permissions belong to the person, not to one account. */
export interface Holder extends Actor {
  /** The person's other accounts: see `holderOf`. */
  readonly linked?: readonly AccountId[];
}

/**
 * May they do that in this project? Default deny: only a named account, one linked with it, a named group of the
 * acting account, `<face>:*` (everybody of a face) or `<face>:<server>/*` (everybody of a server or workspace) may.
 * The two wildcards speak of accounts, never of groups. Asked when a plan is proposed, when it is confirmed, and
 * again when it runs.
 */
export function may(who: Holder | AccountId, permission: Permission, project: Project): boolean {
  const { account, groups = [], linked = [] } = typeof who === "string" ? { account: who } : who;
  const allowed = project.access[permission];
  if (allowed.length === 0) return false;
  return [account, ...linked].some((one) => isNamed(one, allowed)) || groups.some((one) => isGroup(one, allowed));
}

function isNamed(account: AccountId, allowed: readonly AccountId[]): boolean {
  if (!account.endsWith("*") && allowed.includes(account)) return true;
  if (allowed.includes(`${faceOf(account)}:*` as AccountId)) return true;
  const [server, ...rest] = nameOf(account).split("/");
  return rest.length > 0 && server !== "" && allowed.includes(`${faceOf(account)}:${server}/*` as AccountId);
}

/** A group that calls itself `slack:*` is not everybody. */
const isGroup = (group: AccountId, allowed: readonly AccountId[]) => !group.endsWith("*") && allowed.includes(group);
