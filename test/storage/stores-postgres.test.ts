import { describe } from "vitest";
import type { Stores } from "../../core/ports/stores.ts";
import { openPostgres, type PgPool } from "../../storage/index.ts";
import { pglitePool } from "./pglite-pool.ts";
import { hasPostgres, postgresServer } from "./postgres-server.ts";
import { storesContract } from "./stores-contract.ts";

/** Starting PGlite takes a second: one serves all facts, emptied in between. */
storesContract("PostgreSQL in this process (PGlite)", async () => {
  const pool = await pglitePool();
  return {
    async open(options) {
      await empty(pool);
      return openPostgres({ source: { pool }, ...options });
    },
    openAgain: () => openPostgres({ source: { pool } }),
    end: () => pool.end(),
  };
});

async function empty(pool: PgPool): Promise<void> {
  const client = await pool.connect();
  await client.query("drop schema public cascade");
  await client.query("create schema public");
  client.release();
}

describe.runIf(hasPostgres())("with a real server", () => {
  storesContract("PostgreSQL", async () => {
    const server = await postgresServer();
    const urls = new WeakMap<Stores, string>();
    return {
      async open(options) {
        const url = await server!.newDatabase();
        const stores = await openPostgres({ source: { url, connections: 8 }, ...options });
        urls.set(stores, url);
        return stores;
      },
      openAgain: (of) => openPostgres({ source: { url: urls.get(of)!, connections: 4 } }),
      end: async () => server!.stop(),
    };
  });
});
