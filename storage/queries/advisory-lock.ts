import { sql } from "kysely";
import { query, type Session } from "../session.ts";

const lock = query((db, p: { name: string }) =>
  db.selectNoFrom(sql<string>`pg_advisory_xact_lock(hashtext(${p.name}))::text`.as("locked")),
);

/** Lets one transaction at a time past this point, until it ends. SQLite has one writer at a time and needs nothing. */
export async function oneAtATime(session: Session, name: "claim" | "boot" | "audit chain"): Promise<void> {
  if (session.dialect === "postgres") await session.first(lock, { name: `piloto ${name}` });
}
