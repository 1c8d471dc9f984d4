import { openPostgres } from "../../storage/index.ts";
import { emptyPostgres } from "./empty-postgres.ts";
import { pglitePool } from "./pglite-pool.ts";
import { storesContract } from "./stores-contract.ts";

/** Starting PGlite takes a second: one serves all facts, emptied in between. */
storesContract("PostgreSQL in this process (PGlite)", { isShared: true }, async () => {
  const pool = await pglitePool();
  return {
    async open(options) {
      await emptyPostgres(pool);
      return openPostgres({ source: { pool }, ...options });
    },
    openAgain: () => openPostgres({ source: { pool } }),
    end: () => pool.end(),
  };
});
