import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPostgres } from "../../storage/index.ts";
import { hasPostgres, type PostgresServer, postgresServer } from "../storage/postgres-server.ts";
import { sampled } from "../support/sampled.ts";
import type { Disk } from "./disks.ts";
import { confirmed } from "./stories.ts";
import { sweep, sweepTwice } from "./sweep.ts";

describe.runIf(hasPostgres())("a process killed on a PostgreSQL server", () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = (await postgresServer())!;
    url = await server.newDatabase();
  }, 60_000);
  afterAll(() => server.stop());

  const makeDisk = async (): Promise<Disk> => ({
    name: "PostgreSQL",
    open: (onCommitPoint) => openPostgres({ source: { url, connections: 4 }, onCommitPoint }),
    end: async () => undefined,
  });

  test("before and after every commit and every effect loses and repeats nothing", { timeout: 60_000 }, async () => {
    const points = await sweep(confirmed, { makeDisk, name: "server", seed: 1 });
    console.info(`PostgreSQL server: killed at ${points} points, both sides of every commit and effect`);
    expect(points).toBeGreaterThanOrEqual(sampled(20, 4));
  });

  test("and killed again while it recovers loses and repeats nothing", { timeout: 60_000 }, async () => {
    await sweepTwice(confirmed, 20, { makeDisk, name: "server", seed: 1 });
  });
});
