import type { SealedSecret, Tx } from "../../core/ports/stores.ts";
import type { Database } from "../schema.ts";
import { query, type Session } from "../session.ts";

type Row = Database["secrets"];

const get = query((db, p: { place: string }) => db.selectFrom("secrets").selectAll().where("place", "=", p.place));
const list = query((db) => db.selectFrom("secrets").selectAll().orderBy("place"));
const put = query((db, p: { place: string; sealed: string; keyId: string; atMs: number }) =>
  db
    .insertInto("secrets")
    .values({ place: p.place, sealed: p.sealed, key_id: p.keyId, at_ms: p.atMs })
    .onConflict((o) => o.column("place").doUpdateSet({ sealed: p.sealed, key_id: p.keyId, at_ms: p.atMs })),
);
const remove = query((db, p: { place: string }) => db.deleteFrom("secrets").where("place", "=", p.place));

export function secretsOver(session: Session): Tx["secrets"] {
  return {
    async get(place) {
      const row = await session.first(get, { place });
      return row && toSecret(row);
    },
    list: async () => (await session.all(list, {})).map(toSecret),
    async put(secret, atMs) {
      await session.change(put, { ...secret, atMs });
    },
    remove: async (place) => (await session.change(remove, { place })) > 0,
  };
}

function toSecret(row: Row): SealedSecret {
  return { place: row.place, sealed: row.sealed, keyId: row.key_id };
}
