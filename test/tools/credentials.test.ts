import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ToolKey } from "../../core/domain/ids.ts";
import type { ServiceAuth } from "../../core/domain/service.ts";
import type { ToolOutcome } from "../../core/domain/tool.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import { openSecrets } from "../../src/secrets.ts";
import { createEgress } from "../../src/tools/egress.ts";
import { createHttpTools } from "../../src/tools/http-provider.ts";
import { addService } from "../../src/tools/services.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { ADMIN, type House, type Loopback, loopback, openHouse, PROJECT } from "./house.ts";

const PLACE = "service:shop/s";
const CANARY = "canary-5f3a+/=9 zürich-ok".replace("ü", "u");
const forms = [
  CANARY,
  encodeURIComponent(CANARY),
  Buffer.from(CANARY).toString("base64"),
  Buffer.from(CANARY).toString("base64url"),
  JSON.stringify(CANARY).slice(1, -1),
];

let house: House;
let folder: string;
let secrets: Secrets;
let service: Loopback;
let seen: { url: string; headers: IncomingMessage["headers"] }[];
let logged: string[];

beforeEach(async () => {
  seen = [];
  logged = [];
  folder = await mkdtemp(path.join(tmpdir(), "piloto-secrets-"));
  house = await openHouse();
  secrets = await openSecrets({ ...house, keyFile: path.join(folder, "key") });
  await secrets.put(PLACE, CANARY, ADMIN);
  service = await loopback((request, response) => {
    if (request.url === "/openapi.json") {
      return void response.end(
        JSON.stringify({
          openapi: "3.1.0",
          paths: {
            "/echo": {
              get: {
                parameters: [
                  { name: "q", in: "query", schema: { type: "string" } },
                  { name: "X-Key", in: "header", schema: { type: "string" } },
                  { name: "token", in: "query", schema: { type: "string" } },
                ],
              },
            },
            "/no": { get: {} },
            "/away": { get: {} },
          },
        }),
      );
    }
    seen.push({ url: request.url!, headers: request.headers });
    const echo = JSON.stringify({
      url: request.url,
      headers: request.headers,
      [String(request.headers.authorization)]: forms,
    });
    const status = request.url!.startsWith("/no") ? 401 : request.url!.startsWith("/away") ? 302 : 200;
    response
      .writeHead(status, {
        "content-type": "application/json",
        location: `/elsewhere?k=${encodeURIComponent(CANARY)}`,
        "x-echo": encodeURIComponent(CANARY),
      })
      .end(echo);
  });
});
afterEach(async () => {
  await service.stop();
  await house.close();
  await rm(folder, { recursive: true, force: true });
});

async function callWith(auth: ServiceAuth, where: string, args = {}): Promise<ToolOutcome> {
  await addService({ projectId: PROJECT, name: "s", source: service.url, auth, by: ADMIN }, house);
  seen.length = 0;
  const log = (fields: Record<string, unknown>, text: string) => void logged.push(`${text} ${JSON.stringify(fields)}`);
  const tools = createHttpTools({
    stores: house.stores,
    secrets,
    clock: house.clock,
    egress: createEgress(),
    logger: { debug: log, info: log, warn: log, error: log },
  });
  const tool = (await tools.get(PROJECT, where as ToolKey))!;
  return tools.call(PROJECT, { tool, args, idempotencyKey: "k" }, new AbortController().signal);
}

const KINDS: [string, ServiceAuth, (call: (typeof seen)[number]) => unknown, unknown][] = [
  ["a bearer token", { kind: "bearer", secret: PLACE }, ({ headers }) => headers.authorization, `Bearer ${CANARY}`],
  [
    "a basic password",
    { kind: "basic", secret: PLACE },
    ({ headers }) => headers.authorization,
    `Basic ${Buffer.from(CANARY).toString("base64")}`,
  ],
  ["a header", { kind: "header", name: "X-Key", secret: PLACE }, ({ headers }) => headers["x-key"], CANARY],
  [
    "a query argument",
    { kind: "query", name: "token", secret: PLACE },
    ({ url }) => new URL(url, "http://h").searchParams.get("token"),
    CANARY,
  ],
];

describe("a service's credentials", () => {
  test.each(KINDS)("reach the service as %s", async (_what, auth, found, expected) => {
    await callWith(auth, "s GET /echo", { query: { q: "x" } });
    expect(seen.map(found)).toEqual([expected]);
  });

  test.each(
    KINDS.flatMap(([what, auth]) =>
      ["s GET /echo", "s GET /no", "s GET /away"].map((where) => [what, where, auth] as const),
    ),
  )("sent as %s and echoed by %s are in no outcome, no log and no record", async (_what, where, auth) => {
    const outcome = await callWith(auth, where);
    const rows = await house.stores.read(async (tx) =>
      JSON.stringify([await tx.services.list(PROJECT), await tx.audit.after(0, 100)]),
    );
    const sinks = JSON.stringify(outcome) + logged.join("\n") + rows;
    expect(seen).toHaveLength(1);
    expect(sinks).toContain("[secret");
    for (const form of forms) expect(sinks).not.toContain(form);
  });

  test("are no argument that a model could set or see", async () => {
    await callWith({ kind: "header", name: "X-KEY", secret: PLACE }, "s GET /echo");
    const tool = await house.tools.get(PROJECT, "s GET /echo" as ToolKey);
    expect(tool!.params).toBe("query: q:string token:string");
  });

  test.each([
    ["a password that comes back without its user", "ana:hunter2-canary", JSON.stringify({ got: "hunter2-canary" })],
    ["a key of digits that comes back as a number", "739105482611", '{"got":739105482611}'],
  ])("are struck out of %s", async (_what, secret, answer) => {
    const echo = await loopback((_request, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(answer),
    );
    try {
      await secrets.put(PLACE, secret, ADMIN);
      await callWith({ kind: "basic", secret: PLACE }, "s GET /echo");
      const tools = createHttpTools({
        ...house,
        secrets,
        logger: silentLogger(),
        egress: { send: (request) => createEgress().send({ ...request, origin: echo.url }) },
      });
      const tool = (await tools.get(PROJECT, "s GET /echo" as ToolKey))!;
      const outcome = await tools.call(PROJECT, { tool, args: {}, idempotencyKey: "k" }, new AbortController().signal);
      expect(outcome).toMatchObject({ kind: "done", result: { body: { got: `[secret ${PLACE}]` } } });
    } finally {
      await echo.stop();
    }
  });

  test("that are not there stop the call", async () => {
    await secrets.remove(PLACE, ADMIN);
    const outcome = await callWith({ kind: "bearer", secret: PLACE }, "s GET /echo");
    expect(outcome).toMatchObject({ kind: "failed", code: "SECRET_NOT_FOUND", effect: "none" });
    expect(seen).toEqual([]);
  });

  test("with a line break stop the call, untold", async () => {
    await secrets.put(PLACE, `${CANARY}\r\nX-Admin: yes`, ADMIN);
    const outcome = await callWith({ kind: "bearer", secret: PLACE }, "s GET /echo");
    expect(outcome).toMatchObject({ kind: "failed", code: "SECRET_UNREADABLE", effect: "none" });
    expect(JSON.stringify(outcome)).not.toContain("canary");
    expect(seen).toEqual([]);
  });

  test("are not sent when the description is read", async () => {
    await addService(
      { projectId: PROJECT, name: "s", source: service.url, auth: { kind: "bearer", secret: PLACE }, by: ADMIN },
      house,
    );
    expect(seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });
});
