import type { ProjectId } from "../domain/ids.ts";
import type { Project } from "../domain/project.ts";
import type { ReadTx } from "../ports/stores.ts";

/** The project that is meant, or the default one when none is named; `undefined` when there is none. */
export async function projectFor(tx: ReadTx, wanted: ProjectId | undefined): Promise<Project | undefined> {
  if (wanted) return tx.projects.get(wanted);
  return (await tx.projects.list())[0];
}
