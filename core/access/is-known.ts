import type { AccountId } from "../domain/ids.ts";
import type { Project } from "../domain/project.ts";
import { may, type Permission } from "./may.ts";

const ALL: readonly Permission[] = ["propose", "confirm", "administer"];

/** Whether an account may do anything at all in a project. To everybody else Piloto is one sentence. */
export function isKnown(account: AccountId, project: Project): boolean {
  return ALL.some((permission) => may(account, permission, project));
}
