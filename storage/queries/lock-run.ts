import type { RunId } from "../../core/domain/ids.ts";
import { query, type Session } from "../session.ts";

const lock = query((db, p: { id: string }) => db.selectFrom("runs").select("fence").where("id", "=", p.id).forUpdate());

/**
 * Waits until no other transaction is changing the run, and keeps them away until this one ends. The next statement
 * then compares against what was committed last: without it a write could pass a fence that a claim raises in the
 * same moment. SQLite has one writer at a time and needs nothing.
 */
export async function lockRun(session: Session, id: RunId): Promise<void> {
  if (session.dialect === "postgres") await session.first(lock, { id });
}
