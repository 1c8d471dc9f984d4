import { PGlite, types } from "@electric-sql/pglite";
import type { PgClient, PgPool } from "../../storage/index.ts";

/** PostgreSQL inside this process, for tests: one connection, lent to one user at a time. */
export async function pglitePool(): Promise<PgPool> {
  const db = await PGlite.create({ parsers: { [types.INT8]: Number } });
  let last: Promise<void> = Promise.resolve();
  return {
    async connect() {
      const before = last;
      let giveBack = (): void => undefined;
      last = new Promise((resolve) => {
        giveBack = resolve;
      });
      await before;
      const client: PgClient = {
        async query(text, values) {
          const { rows, affectedRows } = await db.query(text, [...(values ?? [])]);
          return { rows, rowCount: affectedRows ?? 0, command: "SELECT" };
        },
        release: () => giveBack(),
      };
      return client;
    },
    end: () => db.close(),
  };
}
