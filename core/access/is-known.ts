import type { AccountId } from "../domain/ids.ts";
import type { Project } from "../domain/project.ts";
import { type Holder, may, type Permission } from "./may.ts";

export const PERMISSIONS: readonly Permission[] = ["propose", "confirm", "administer"];

/** Whether somebody may do anything at all in a project. To everybody else Piloto is one sentence. */
export function isKnown(who: Holder | AccountId, project: Project): boolean {
  return PERMISSIONS.some((permission) => may(who, permission, project));
}
