import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PilotoError } from "../../core/domain/errors.ts";
import { findRunning } from "../../src/cli/control-client.ts";
import { forgetControl, makeControlToken, readControlAddress, tellControlAddress } from "../../src/control-files.ts";
import type { FleetControl } from "../../src/fleet-control.ts";
import type { HouseState } from "../../src/http/house-state.ts";
import { type HttpServer, serveHttp } from "../../src/http/serve-http.ts";

const TOKEN = "t".repeat(43);
const ASK = { model: "m:1", class: "batch", share: "shop", promptTokens: 5 };
const state: HouseState = {
  ...{ isReady: true, version: "1", isDemo: false, storage: "ok", core: "started", fleet: [], faces: [] },
};

let server: HttpServer;
let drained: unknown[] = [];
const fleet: FleetControl = {
  picture: async () => ({ nodes: [], models: [], scheduler: { copies: [], queues: [], nodes: [] } }),
  explain: async (request) => ({ ...request, atMs: 1, verdicts: [] }),
  decisions: () => [],
  async drain(node, isDrained, by) {
    if (node === "pc9") throw new PilotoError("SETTINGS_INVALID", "There is no PC named pc9.");
    if (node === "bug") throw new Error("a secret detail");
    drained.push({ node, isDrained, by });
    return true;
  },
};

beforeAll(async () => {
  server = await serveHttp({ host: "127.0.0.1", port: 0 }, async () => state, { token: TOKEN, fleet });
});
afterAll(() => server.close());
beforeEach(() => {
  drained = [];
});

type Init = Omit<RequestInit, "headers"> & { token?: string; headers?: Record<string, string> };

async function send(route: string, init: Init = {}) {
  const { token = TOKEN, headers, ...rest } = init;
  const auth: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${server.url}/control${route}`, { ...rest, headers: { ...auth, ...headers } });
  return { status: answer.status, body: await answer.json(), type: answer.headers.get("content-type") };
}
const json = { "content-type": "application/json" };
const post = (route: string, body: unknown, more: Init = {}) =>
  send(route, { method: "POST", body: JSON.stringify(body), headers: json, ...more });

describe("the door for commands", () => {
  test("opens with the token", async () => {
    expect(await send("/fleet")).toMatchObject({ status: 200, body: { nodes: [], models: [] } });
    expect(await post("/fleet/explain", ASK)).toMatchObject({ status: 200, body: { model: "m:1", share: "shop" } });
    const order = { node: "pc1", isDrained: true, by: "terminal:ana" };
    expect((await post("/fleet/drain", order)).body).toEqual({ node: "pc1", isDrained: true, changed: true });
    expect(drained).toEqual([order]);
  });

  test.each([
    ["none", ""],
    ["another", "u".repeat(43)],
    ["the beginning of it", TOKEN.slice(0, 42)],
    ["more than it", `${TOKEN}t`],
  ])("stays shut with %s", async (_what, token) => {
    const order = { node: "pc1", isDrained: true, by: "terminal:eve" };
    for (const answer of [await send("/fleet", { token }), await post("/fleet/drain", order, { token })]) {
      expect(answer.status).toBe(401);
      expect(JSON.stringify(answer.body)).not.toContain(TOKEN);
    }
    expect(drained).toEqual([]);
  });

  test("reads nothing of a body without the token, however large or strange it is", async () => {
    const body = "x".repeat(5_000_000);
    expect((await send("/fleet/drain", { method: "POST", body, token: "" })).status).toBe(401);
  });

  test("takes small JSON alone", async () => {
    const order = { node: "pc1", isDrained: true, by: "terminal:ana" };
    const large = { ...order, by: "a".repeat(20_000) };
    expect((await post("/fleet/drain", large)).status).toBe(413);
    expect((await post("/fleet/drain", order, { headers: { "content-type": "text/plain" } })).status).toBe(415);
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect((await post("/fleet/drain", order, { headers: form })).status).toBe(415);
    expect((await send("/fleet/drain", { method: "POST", body: "{", headers: json })).status).toBe(400);
    expect((await send("/fleet/drain", { method: "POST" })).status).toBe(400);
    expect(drained).toEqual([]);
  });

  test.each([
    [{ node: "pc1" }, "isDrained"],
    [{ node: 1, isDrained: true, by: "a" }, "node"],
    [{ node: "pc1", isDrained: true, by: "a", more: 1 }, "more"],
    [[], "object"],
  ])("says what is wrong with %j", async (body, wanted) => {
    const answer = await post("/fleet/drain", body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: { code: "INPUT_INVALID" } });
    expect(JSON.stringify(answer.body)).toContain(wanted);
  });

  test("tells named failures by name, and of a bug nothing", async () => {
    const order = (node: string) => post("/fleet/drain", { node, isDrained: true, by: "a" });
    expect(await order("pc9")).toMatchObject({ status: 409, body: { error: { code: "SETTINGS_INVALID" } } });
    const bug = await order("bug");
    expect(bug.status).toBe(500);
    expect(JSON.stringify(bug.body)).not.toContain("detail");
  });

  test("is not there at all in a Piloto that gave it no token", async () => {
    const other = await serveHttp({ host: "127.0.0.1", port: 0 }, async () => state);
    expect((await fetch(`${other.url}/control/fleet`)).status).toBe(404);
    await other.close();
  });
});

describe("where a running Piloto takes commands", () => {
  test("is known to Piloto's user alone, with another token at every start, and forgotten at the stop", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "piloto-control-"));
    expect(readControlAddress(folder)).toBeUndefined();
    const first = makeControlToken(folder);
    const token = makeControlToken(folder);
    expect(first).not.toBe(token);
    for (const [told, url] of [
      ["http://127.0.0.1:7420", "http://127.0.0.1:7420"],
      ["http://0.0.0.0:7420", "http://127.0.0.1:7420"],
      ["http://[::]:7420", "http://[::1]:7420"],
      ["http://10.0.0.7:80", "http://10.0.0.7"],
    ] as const) {
      tellControlAddress(folder, told);
      expect(readControlAddress(folder)).toEqual({ url, token });
    }
    for (const file of ["control.json", "keys/control.token"]) {
      expect(statSync(path.join(folder, file)).mode & 0o777).toBe(0o600);
    }
    writeFileSync(path.join(folder, "control.json"), "{");
    expect(readControlAddress(folder)).toBeUndefined();
    forgetControl(folder);
    forgetControl(folder);
    expect(readControlAddress(folder)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  test.each(["<!doctype html><title>Vite</title>", "{}", '{"decisions":"none"}', ""])(
    "is not where another program answers everything with %j, after a crash left the address",
    async (page) => {
      const folder = mkdtempSync(path.join(tmpdir(), "piloto-control-"));
      const other = createServer((_req, res) => res.end(page));
      await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
      makeControlToken(folder);
      tellControlAddress(folder, `http://127.0.0.1:${(other.address() as AddressInfo).port}`);
      expect(await findRunning(folder)).toBeUndefined();
      tellControlAddress(folder, server.url);
      expect(await findRunning(folder)).toBeUndefined();
      writeFileSync(path.join(folder, "keys", "control.token"), TOKEN);
      expect((await findRunning(folder))?.url).toBe(server.url);
      other.closeAllConnections();
      other.close();
      rmSync(folder, { recursive: true });
    },
  );
});
