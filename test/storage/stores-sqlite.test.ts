import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openSqlite, type SqliteStores } from "../../storage/index.ts";
import { storesContract } from "./stores-contract.ts";

storesContract("SQLite in a file", { isShared: true }, async () => {
  const root = mkdtempSync(path.join(tmpdir(), "piloto-stores-"));
  let opened = 0;
  return {
    open(options) {
      opened += 1;
      return openSqlite({ folder: path.join(root, String(opened)), ...options });
    },
    openAgain: (of) => openSqlite({ folder: path.dirname((of as SqliteStores).file) }),
    end: async () => rmSync(root, { recursive: true, force: true }),
  };
});

storesContract("SQLite in memory", { isShared: false }, async () => ({
  open: (options) => openSqlite({ folder: ":memory:", ...options }),
}));
