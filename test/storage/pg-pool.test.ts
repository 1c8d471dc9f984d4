import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { isPilotoError } from "../../core/domain/errors.ts";
import { pgPool } from "../../storage/postgres/pg-pool.ts";
import { toPilotoError } from "../../storage/postgres/postgres-errors.ts";
import { settle } from "../support/manual-clock.ts";

/** `AuthenticationOk` and `ReadyForQuery`: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** A server that lets everybody in, and then does as the test says with the first query. */
async function serverThat(onQuery: (socket: Socket) => void): Promise<string> {
  server = createServer((socket) => {
    socket.once("data", () => {
      socket.write(WELCOME);
      socket.once("data", () => onQuery(socket));
    });
    socket.on("error", () => undefined);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `postgres://piloto:x@127.0.0.1:${(server.address() as AddressInfo).port}/piloto?sslmode=disable`;
}

test("a connection that breaks in use fails its query, and nothing else", async () => {
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  const others = process.rawListeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", note);
  const pool = pgPool(await serverThat((socket) => socket.destroy()));
  try {
    const client = await pool.connect();
    await expect(client.query("select 1")).rejects.toThrow(/Connection terminated|ECONNRESET/);
    await settle();
    const next = await client.query("select 2").catch(toPilotoError);
    expect(isPilotoError(next, "STORE_UNREACHABLE")).toBe(true);
    client.release(true);
    expect(uncaught).toEqual([]);
  } finally {
    process.off("uncaughtException", note);
    for (const listener of others) process.on("uncaughtException", listener as (error: Error) => void);
    await pool.end();
  }
});

test("a server that never answers is out of reach in the end", async () => {
  const url = await serverThat(() => undefined);
  const pool = pgPool(`${url}&query_timeout=50`);
  const client = await pool.connect();
  const error = await client.query("select 1").catch(toPilotoError);
  client.release(true);
  await pool.end();
  expect(isPilotoError(error, "STORE_UNREACHABLE")).toBe(true);
});
