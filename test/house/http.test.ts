import { afterEach, describe, expect, test } from "vitest";
import { isPilotoError } from "../../core/domain/errors.ts";
import type { HouseState } from "../../src/http/house-state.ts";
import { type HttpServer, serveHttp } from "../../src/http/serve-http.ts";

const well: HouseState = {
  isReady: true,
  version: "1.2.3",
  isDemo: false,
  storage: "ok",
  core: "started",
  fleet: [
    { name: "pc1", health: "down", reason: "connection <refused>" },
    { name: "pc2", health: "up", isDrained: true, isOnTrial: true },
  ],
  faces: [{ face: "slack", state: "down", why: "invalid_auth <b>", counts: { reconnects: 3 } }],
  queue: { waiting: 2, held: 1 },
};

let servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function serve(state: HouseState = well): Promise<string> {
  const server = await serveHttp({ host: "127.0.0.1", port: 0 }, async () => state);
  servers.push(server);
  return server.url;
}

describe("health over HTTP", () => {
  test("is alive and ready while everything works", async () => {
    const url = await serve();
    const alive = await fetch(`${url}/healthz`);
    expect([alive.status, await alive.json()]).toEqual([200, { status: "alive" }]);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: "ready", storage: "ok", queue: { waiting: 2, held: 1 } });
  });

  test("is alive and not ready, with the reason, when the store takes no writes", async () => {
    const url = await serve({ ...well, isReady: false, storage: "The disk is full." });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: "not ready", storage: "The disk is full." });
  });

  test("stays ready while a PC is down, and tells of it", async () => {
    const ready = await fetch(`${await serve()}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      fleet: [
        { name: "pc1", health: "down" },
        { name: "pc2", isDrained: true },
      ],
    });
  });

  test("shows people a page without scripts, and text from outside as text", async () => {
    const answer = await fetch(await serve());
    const page = await answer.text();
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page).toContain("Piloto is ready");
    expect(page).toContain("connection &lt;refused&gt;");
    expect(page).toContain("up, drained, on trial");
    expect(page).not.toMatch(/<script/i);
  });

  test("tells nothing about paths that are not there", async () => {
    const answer = await fetch(`${await serve()}/etc/passwd`);
    expect([answer.status, await answer.json()]).toEqual([404, { error: "There is nothing here." }]);
  });

  test("names a port that is taken, and what to do", async () => {
    const port = Number(new URL(await serve()).port);
    const again = serveHttp({ host: "127.0.0.1", port }, async () => well);
    const error = await again.catch((failure: unknown) => failure);
    expect(isPilotoError(error, "PORT_IN_USE")).toBe(true);
    expect((error as Error).message).toBe(
      `Port ${port} on 127.0.0.1 is taken by another program. Stop it, or choose another with PILOTO_PORT.`,
    );
  });

  test("names a host that is no address of this computer", async () => {
    const error = await serveHttp({ host: "192.0.2.1", port: 0 }, async () => well).catch(
      (failure: unknown) => failure,
    );
    expect(isPilotoError(error, "SETTINGS_INVALID")).toBe(true);
    expect((error as Error).message).toContain("PILOTO_HOST is 192.0.2.1");
  });
});
