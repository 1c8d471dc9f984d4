import { auditEntry } from "../core/access/record-audit.ts";
import { canonicalJson, sha256 } from "../core/domain/canonical.ts";
import type { Project } from "../core/domain/project.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Stores, Tx } from "../core/ports/stores.ts";
import { type Settings, settingsHash } from "./settings.ts";

const HASH_KEY = "settings-hash";

/**
 * Puts the projects of the settings into the store and writes what changed into the audit log, in one transaction.
 * A project that the settings no longer name keeps its history, and nobody may do anything in it.
 * The same settings again write nothing.
 */
export async function recordSettings(
  settings: Settings,
  { stores, clock }: { stores: Stores; clock: Clock },
): Promise<void> {
  const hash = settingsHash(settings);
  if ((await stores.read((tx) => tx.settings.get(HASH_KEY))) === hash) return;
  await stores.atomically(async (tx) => {
    const before = await tx.settings.get(HASH_KEY);
    if (before === hash) return;
    const nowMs = clock.nowMs();
    await tx.settings.set(HASH_KEY, hash);
    await tx.audit.append(auditEntry("piloto", "change-setting", "settings", nowMs, { before: before ?? "", hash }));
    const wanted = settings.projects.map(({ project }) => project);
    for (const project of wanted) await putWhenChanged(tx, project, nowMs);
    for (const project of await tx.projects.list()) {
      if (!wanted.some(({ id }) => id === project.id)) await putWhenChanged(tx, withoutPeople(project), nowMs);
    }
  });
}

const withoutPeople = (project: Project): Project => ({
  ...project,
  access: { propose: [], confirm: [], administer: [] },
});

async function putWhenChanged(tx: Tx, project: Project, nowMs: number): Promise<void> {
  const standing = await tx.projects.get(project.id);
  const [before, after] = [standing && projectHash(standing), projectHash(project)];
  if (before === after) return;
  await tx.projects.put(project);
  const detail = { before: before ?? "", after, access: JSON.parse(JSON.stringify(project.access)) };
  await tx.audit.append(auditEntry("piloto", "change-setting", `project:${project.id}`, nowMs, detail));
}

const projectHash = (project: Project) => sha256(canonicalJson(JSON.parse(JSON.stringify(project))));
