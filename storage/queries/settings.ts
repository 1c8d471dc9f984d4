import type { Tx } from "../../core/ports/stores.ts";
import { query, type Session } from "../session.ts";

const get = query((db, p: { key: string }) => db.selectFrom("settings").select("value").where("key", "=", p.key));
const set = query((db, p: { key: string; value: string }) =>
  db
    .insertInto("settings")
    .values({ key: p.key, value: p.value })
    .onConflict((o) => o.column("key").doUpdateSet({ value: p.value })),
);

export function settingsOver(session: Session): Tx["settings"] {
  return {
    get: async (key) => (await session.first(get, { key }))?.value,
    set: async (key, value) => {
      await session.change(set, { key, value });
    },
  };
}
