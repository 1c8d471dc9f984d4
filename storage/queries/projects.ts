import { asId } from "../../core/domain/ids.ts";
import type { Project } from "../../core/domain/project.ts";
import type { Tx } from "../../core/ports/stores.ts";
import type { ProjectRow } from "../schema.ts";
import { query, type Session } from "../session.ts";

const get = query((db, p: { id: string }) => db.selectFrom("projects").selectAll().where("id", "=", p.id));
const list = query((db) => db.selectFrom("projects").selectAll().orderBy("id"));
const put = query((db, p: ProjectRow) => {
  const values = { ...columns(p) };
  return db
    .insertInto("projects")
    .values({ id: p.id, ...values })
    .onConflict((o) => o.column("id").doUpdateSet(values));
});

export function projectsOver(session: Session): Tx["projects"] {
  return {
    async get(id) {
      const row = await session.first(get, { id });
      return row && toProject(row);
    },
    list: async () => (await session.all(list, {})).map(toProject),
    async put(project) {
      await session.change(put, toRow(project));
    },
  };
}

function columns(p: ProjectRow): Omit<ProjectRow, "id"> {
  return {
    name: p.name,
    access: p.access,
    limits: p.limits,
    runs_at_once: p.runs_at_once,
    model: p.model,
    reads_need_no_confirmation: p.reads_need_no_confirmation,
    draft_life_ms: p.draft_life_ms,
  };
}

function toRow(project: Project): ProjectRow {
  return {
    id: project.id,
    name: project.name,
    access: JSON.stringify(project.access),
    limits: JSON.stringify(project.limits),
    runs_at_once: project.limits.runsAtOnce,
    model: project.model ?? null,
    reads_need_no_confirmation: project.readsNeedNoConfirmation ? 1 : 0,
    draft_life_ms: project.draftLifeMs,
  };
}

function toProject(row: ProjectRow): Project {
  return {
    id: asId(row.id),
    name: row.name,
    access: JSON.parse(row.access),
    limits: JSON.parse(row.limits),
    model: row.model ?? undefined,
    readsNeedNoConfirmation: row.reads_need_no_confirmation === 1,
    draftLifeMs: row.draft_life_ms,
  };
}
