import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ToolKey } from "../../core/domain/ids.ts";
import { allowEndpoints, denyEndpoints } from "../../src/tools/allow-endpoints.ts";
import { addService, refreshService } from "../../src/tools/services.ts";
import { ADMIN, type House, type Loopback, loopback, openHouse, PROJECT } from "./house.ts";

const DOCUMENT = {
  openapi: "3.1.0",
  info: { title: "Service", version: "1" },
  paths: {
    "/read": { get: { summary: "Read" }, head: {} },
    "/write": {
      post: {
        requestBody: {
          content: { "application/json": { schema: { type: "object", properties: { n: { type: "integer" } } } } },
        },
      },
    },
  },
};

let answer: RequestListener;
let requests: { method: string; url: string; headers: IncomingMessage["headers"]; body: string }[];
let service: Loopback;
let house: House;
let document: object;

beforeEach(async () => {
  requests = [];
  document = DOCUMENT;
  answer = (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
  service = await loopback((request, response) => {
    if (request.url === "/openapi.json") return void response.end(JSON.stringify(document));
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      requests.push({
        method: request.method!,
        url: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      });
      answer(request, response);
    });
  });
  house = await openHouse({ limits: { maxBytes: 100_000 } });
  await addService({ projectId: PROJECT, name: "s", source: service.url, by: ADMIN }, house);
  await allowEndpoints({ projectId: PROJECT, name: "s", patterns: ["all"], by: ADMIN }, house);
  requests.length = 0;
});
afterEach(async () => {
  await service.stop();
  await house.close();
});

const read = (signal?: AbortSignal) => house.call("s GET /read", {}, signal);
const write = (signal?: AbortSignal) => house.call("s POST /write", { body: { n: 1 } }, signal);
const respond = (status: number, headers: Record<string, string> = {}, body: string | Buffer = "") => {
  answer = (_request: IncomingMessage, response: ServerResponse) => response.writeHead(status, headers).end(body);
};

describe("a call that is answered", () => {
  test("is done, with the request, the status, the headers and the body", async () => {
    expect(await write()).toEqual({
      kind: "done",
      request: `POST ${service.url}/write`,
      summary: "200 · ok: true",
      result: {
        status: 200,
        headers: expect.objectContaining({ "content-type": "application/json" }),
        body: { ok: true },
      },
    });
    expect(requests).toMatchObject([
      {
        method: "POST",
        url: "/write",
        body: '{"n":1}',
        headers: { "content-type": "application/json", "idempotency-key": "run-1:1" },
      },
    ]);
  });

  test.each([
    [400, "CALL_REFUSED", "none", "none"],
    [401, "CALL_REFUSED", "none", "none"],
    [404, "CALL_REFUSED", "none", "none"],
    [409, "CALL_REFUSED", "none", "none"],
    [429, "CALL_FAILED", "none", "none"],
    [500, "CALL_FAILED", "none", "unknown"],
    [502, "CALL_FAILED", "none", "unknown"],
    [503, "CALL_FAILED", "none", "unknown"],
    [302, "CALL_REFUSED", "none", "unknown"],
    [303, "CALL_REFUSED", "none", "unknown"],
    [307, "CALL_REFUSED", "none", "none"],
  ])(
    "with %i failed as %s; reading left no trace, of writing the effect is %s / %s",
    async (status, code, ofRead, ofWrite) => {
      respond(status, { location: "http://127.0.0.1:1/elsewhere" }, '{"why":"because"}');
      expect(await read()).toMatchObject({ kind: "failed", code, effect: ofRead, result: { status } });
      expect(await write()).toMatchObject({ kind: "failed", code, effect: ofWrite, result: { status } });
    },
  );

  test("with a redirect names its target and does not go there", async () => {
    let visits = 0;
    const elsewhere = await loopback((_request, response) => void response.end(`secret ${++visits}`));
    respond(302, { location: `${elsewhere.url}/internal` });
    const outcome = await read();
    expect(outcome.summary).toBe(
      `s answered 302 and points to ${elsewhere.url}/internal; Piloto follows no redirects.`,
    );
    expect(visits).toBe(0);
    await elsewhere.stop();
  });

  test.each([
    ["in seconds", "7", 7000],
    ["as a date", new Date(Date.UTC(2026, 0, 5, 9, 1, 0)).toUTCString(), 60_000],
    ["that makes no sense", "soon", undefined],
    ["that is over", new Date(0).toUTCString(), 0],
    ["of a year", "99999999", 86_400_000],
  ])("with 429 and a Retry-After %s says how long to wait", async (_what, header, ms) => {
    respond(429, { "retry-after": header });
    const outcome = await read();
    expect(outcome.kind === "failed" && outcome.retryAfterMs).toBe(ms);
  });

  test.each([
    ["gzip", gzipSync('{"a":1}')],
    ["br", brotliCompressSync('{"a":1}')],
    ["deflate", deflateSync('{"a":1}')],
    ["deflate", deflateRawSync('{"a":1}')],
    ["gzip, br", brotliCompressSync(gzipSync('{"a":1}'))],
  ])("compressed with %s is read", async (encoding, body) => {
    respond(200, { "content-type": "application/json", "content-encoding": encoding }, body);
    expect(await read()).toMatchObject({ kind: "done", result: { body: { a: 1 } } });
  });

  test.each([
    ["no body", 204, {}, "", null],
    ["plain text", 200, { "content-type": "text/plain" }, "hello", "hello"],
    ["text that says it is JSON", 200, { "content-type": "application/json" }, "<html>oops", "<html>oops"],
    ["JSON that says it is text", 200, { "content-type": "text/plain" }, '{"a":1}', '{"a":1}'],
    ["JSON that says nothing", 200, {}, '{"a":1}', { a: 1 }],
    ["a JSON dialect", 200, { "content-type": "application/problem+json; charset=utf-8" }, '{"a":1}', { a: 1 }],
    ["text in another alphabet", 200, { "content-type": "text/plain; charset=iso-8859-1" }, Buffer.from([0xe9]), "é"],
    ["text in an alphabet that there is not", 200, { "content-type": "text/plain; charset=klingon" }, "qapla", "qapla"],
    [
      "binary data",
      200,
      { "content-type": "image/png" },
      Buffer.from([0, 1, 2]),
      "[binary data: 3 bytes of image/png, SHA-256 ae4b3280e56e2faf83f414a6e3dabe9d5fbe18976544c05fed121accb85b53fc]",
    ],
    [
      "binary data that says it is JSON",
      200,
      { "content-type": "application/json" },
      Buffer.from([0xff, 0xfe, 0xfd]),
      expect.stringMatching(/^\[binary data: 3 bytes/),
    ],
  ])("with %s is kept for what it is", async (_what, status, headers, body, kept) => {
    respond(status, headers as Record<string, string>, body);
    expect(await read()).toMatchObject({ kind: "done", result: { status, body: kept } });
  });

  test("with JSON nested a hundred thousand deep is kept as text", async () => {
    await house.close();
    house = await openHouse();
    await addService({ projectId: PROJECT, name: "s", source: service.url, by: ADMIN }, house);
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    respond(200, { "content-type": "application/json" }, deep);
    expect(await read()).toMatchObject({ kind: "done", result: { body: deep } });
  });

  test("does not carry cookies into the record", async () => {
    respond(200, { "set-cookie": "session=abc", "x-kept": "yes" }, "{}");
    const outcome = await read();
    expect(outcome.kind === "done" && outcome.result.headers).toMatchObject({ "x-kept": "yes" });
    expect(JSON.stringify(outcome)).not.toContain("session=abc");
  });
});

describe("an answer without a body", () => {
  test.each([
    ["s HEAD /read", 200],
    ["s GET /read", 204],
  ])("to %s is read, whatever its headers say of the body", async (key, status) => {
    respond(status, { "content-encoding": "gzip", "content-type": "application/json" });
    expect(await house.call(key)).toMatchObject({ kind: "done", result: { status, body: null } });
  });
});

describe("a call that goes wrong on the way", () => {
  test("to a closed port was not sent", async () => {
    await service.stop();
    expect(await write()).toMatchObject({
      kind: "failed",
      code: "CALL_NOT_SENT",
      effect: "none",
      summary: "s could not be reached: the connection was refused.",
    });
  });

  test("and is cut before the answer leaves writing unknown and reading without effect", async () => {
    answer = (request) => request.socket.destroy();
    expect(await write()).toMatchObject({ kind: "failed", code: "CALL_CUT_OFF", effect: "unknown" });
    expect(await read()).toMatchObject({ kind: "failed", code: "CALL_CUT_OFF", effect: "none" });
  });

  test("and is cut in the middle of the answer says what status had come", async () => {
    answer = (request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" }).write('{"a":');
      setImmediate(() => request.socket.destroy());
    };
    const outcome = await write();
    expect(outcome).toMatchObject({ kind: "failed", code: "CALL_CUT_OFF", effect: "unknown" });
    expect(outcome.summary).toContain("after it had answered 200");
  });

  test("and is never answered ends with the caller's time", async () => {
    answer = () => {};
    expect(await write(AbortSignal.timeout(60))).toMatchObject({
      kind: "failed",
      code: "CALL_TIMED_OUT",
      effect: "unknown",
    });
    expect(await read(AbortSignal.timeout(60))).toMatchObject({
      kind: "failed",
      code: "CALL_TIMED_OUT",
      effect: "none",
    });
  });

  test("and drips for ever ends with the caller's time", async () => {
    let drip: NodeJS.Timeout | undefined;
    answer = (_request, response) => {
      response.writeHead(200);
      drip = setInterval(() => response.write("x"), 5);
    };
    expect(await read(AbortSignal.timeout(80))).toMatchObject({ kind: "failed", code: "CALL_TIMED_OUT" });
    clearInterval(drip);
  });

  test("and is stopped by a person says whether it was under way", async () => {
    const stop = new AbortController();
    answer = () => stop.abort();
    expect(await write(stop.signal)).toMatchObject({
      kind: "failed",
      code: "CANCELLED",
      effect: "unknown",
      summary: "The call to s was stopped while it was under way.",
    });
    expect(await write(stop.signal)).toMatchObject({
      kind: "failed",
      code: "CANCELLED",
      effect: "none",
      summary: "The call to s was stopped before it was sent.",
    });
    expect(requests).toHaveLength(1);
  });

  test("and has its own limit when the caller sets none", async () => {
    const impatient = await openHouse({ limits: { timeoutMs: 60 } });
    await addService({ projectId: PROJECT, name: "s", source: service.url, by: ADMIN }, impatient);
    answer = () => {};
    expect(await impatient.call("s GET /read")).toMatchObject({ kind: "failed", code: "CALL_TIMED_OUT" });
    await impatient.close();
  });

  test("and is too large is not read to the end", async () => {
    respond(200, {}, Buffer.alloc(200_000, "x"));
    expect(await write()).toMatchObject({
      kind: "failed",
      code: "RESPONSE_TOO_LARGE",
      effect: "unknown",
      summary: "s answered 200 with more than 0.1 MB; the rest was not read.",
    });
  });

  test("and is endless is not read to the end", async () => {
    answer = (_request, response) => {
      response.writeHead(200);
      const pump = (): void =>
        void (response.destroyed || response.write(Buffer.alloc(65_536), () => setImmediate(pump)));
      pump();
    };
    expect(await read()).toMatchObject({ kind: "failed", code: "RESPONSE_TOO_LARGE", effect: "none" });
  });

  test.each(["gzip", "br", "deflate"])("and is a %s bomb is stopped by what comes out of it", async (encoding) => {
    const plain = Buffer.alloc(200 * 1024 * 1024);
    const bomb =
      encoding === "gzip"
        ? gzipSync(plain)
        : encoding === "br"
          ? brotliCompressSync(plain.subarray(0, 20_000_000))
          : deflateSync(plain);
    expect(bomb.length).toBeLessThan(400_000);
    const before = process.memoryUsage().rss;
    respond(200, { "content-encoding": encoding }, bomb);
    expect(await read()).toMatchObject({ kind: "failed", code: "RESPONSE_TOO_LARGE" });
    expect(process.memoryUsage().rss - before).toBeLessThan(60 * 1024 * 1024);
  });

  test.each([
    ["gzip", Buffer.from("this is no gzip at all")],
    ["gzip", gzipSync("x".repeat(5000)).subarray(0, 20)],
    ["snappy", Buffer.from("whatever")],
    ["gzip, gzip, gzip", Buffer.from("whatever")],
  ])("and is not the %s that it says cannot be read", async (encoding, body) => {
    respond(200, { "content-encoding": encoding }, body);
    expect(await write()).toMatchObject({ kind: "failed", code: "RESPONSE_UNREADABLE", effect: "unknown" });
  });

  test("and is no HTTP at all cannot be read", async () => {
    const raw = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
    await new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve));
    const { port } = raw.address() as { port: number };
    await refresh({ servers: [{ url: `http://127.0.0.1:${port}` }] });
    const added = await addService(
      {
        projectId: PROJECT,
        name: "raw",
        source: service.url,
        baseUrl: `http://127.0.0.1:${port}`,
        isOffline: false,
        by: ADMIN,
      },
      house,
    );
    expect(added.operations).toBe(3);
    expect(await house.call("raw GET /read")).toMatchObject({
      kind: "failed",
      code: "RESPONSE_UNREADABLE",
      effect: "none",
    });
    raw.close();
  });
});

const refresh = (change: object) => {
  document = { ...DOCUMENT, ...change };
  return refreshService({ projectId: PROJECT, name: "s", by: ADMIN }, house);
};

describe("a call that must not be made", () => {
  test("of an operation that was denied after planning is refused", async () => {
    const tool = (await house.tools.get(PROJECT, "s POST /write" as ToolKey))!;
    await denyEndpoints({ projectId: PROJECT, name: "s", patterns: ["POST /write"], by: ADMIN }, house);
    const outcome = await house.tools.call(
      PROJECT,
      { tool, args: {}, idempotencyKey: "k" },
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ kind: "failed", code: "ENDPOINT_NOT_ALLOWED", effect: "none" });
    expect(requests).toEqual([]);
  });

  test("of an operation that changed after planning is refused", async () => {
    const tool = (await house.tools.get(PROJECT, "s GET /read" as ToolKey))!;
    await refresh({ paths: { "/read": { get: { summary: "Read something else" } } } });
    requests.length = 0;
    const outcome = await house.tools.call(
      PROJECT,
      { tool, args: {}, idempotencyKey: "k" },
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ kind: "failed", code: "ENDPOINT_CHANGED", effect: "none" });
    const gone = (await house.tools.get(PROJECT, "s POST /write" as ToolKey)) === undefined;
    expect([gone, requests]).toEqual([true, []]);
  });

  test("with arguments that do not fit is refused with what is wrong", async () => {
    const outcome = await house.call("s POST /write", { body: { n: "many" }, query: { x: 1 } });
    expect(outcome).toMatchObject({ kind: "failed", code: "ARGUMENTS_INVALID", effect: "none" });
    expect(outcome.summary).toContain('body.n: wanted a whole number, found "many"');
    expect(outcome.summary).toContain("query is not known here");
    expect(requests).toEqual([]);
  });

  test("of a tool that nobody has is refused", async () => {
    const tool = (await house.tools.get(PROJECT, "s GET /read" as ToolKey))!;
    const outcome = await house.tools.call(
      PROJECT,
      { tool: { ...tool, key: "s GET /gone" as ToolKey }, args: {}, idempotencyKey: "k" },
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ kind: "failed", code: "ENDPOINT_NOT_FOUND", effect: "none" });
  });
});
