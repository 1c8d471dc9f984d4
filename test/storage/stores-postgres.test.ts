import { describe } from "vitest";
import { openPostgres } from "../../storage/index.ts";
import { pgPool } from "../../storage/postgres/pg-pool.ts";
import { emptyPostgres } from "./empty-postgres.ts";
import { hasPostgres, postgresServer } from "./postgres-server.ts";
import { storesContract } from "./stores-contract.ts";

describe.runIf(hasPostgres())("with a real server", () => {
  storesContract("PostgreSQL", { isShared: true }, async () => {
    const server = await postgresServer();
    const url = await server!.newDatabase();
    const pool = pgPool(url, 1);
    return {
      async open(options) {
        await emptyPostgres(pool);
        return openPostgres({ source: { url, connections: 8 }, ...options });
      },
      openAgain: () => openPostgres({ source: { url, connections: 4 } }),
      async end() {
        await pool.end();
        server!.stop();
      },
    };
  });
});
