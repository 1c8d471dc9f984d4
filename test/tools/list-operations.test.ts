import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import type { JsonObject } from "../../core/domain/result.ts";
import { checkArgs } from "../../core/tools/check-args.ts";
import { type Listing, listOperations } from "../../src/tools/list-operations.ts";
import { parseOpenApi } from "../../src/tools/openapi-document.ts";
import { toEndpoint } from "../../src/tools/to-endpoint.ts";

const SPECS = path.resolve("../shared/specs");
const list = (document: object): Listing => listOperations(parseOpenApi(JSON.stringify(document), "test"));
const listed = (operation: object, extra: object = {}, version = "3.1.0") =>
  list({ openapi: version, paths: { "/x": { post: operation } }, ...extra });
const body = (schema: object) => ({ requestBody: { required: true, content: { "application/json": { schema } } } });
const only = ({ operations, refused }: Listing) => {
  expect(refused).toEqual([]);
  expect(operations).toHaveLength(1);
  return operations[0]!;
};
const problems = (listing: Listing, args: JsonObject) => {
  const { argsSchema, method, pathTemplate } = only(listing);
  return checkArgs({ key: `${method} ${pathTemplate}` as never, hash: JSON.stringify(argsSchema), argsSchema }, args);
};

/** Counted apart from the lister: the plain HTTP methods under `paths`, references into the document followed once. */
function countOperations(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const root = (file.endsWith("json") ? JSON.parse(text) : parseYaml(text)) as Record<
    string,
    Record<string, Record<string, unknown>>
  >;
  const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
  return Object.entries(root.paths ?? {}).flatMap(([template, written]) => {
    const ref = written.$ref as string | undefined;
    const item = ref
      ? ref
          .slice(2)
          .split("/")
          .reduce((at: never, key) => at[key], root as never)
      : written;
    return methods.filter((method) => item[method]).map((method) => `${method.toUpperCase()} ${template}`);
  });
}

describe.skipIf(!existsSync(SPECS))("real descriptions (../shared/specs; skipped where it is absent)", () => {
  const files = existsSync(SPECS)
    ? readdirSync(SPECS, { recursive: true, encoding: "utf8" }).filter((name) => /\.(json|ya?ml)$/.test(name))
    : [];

  test.each(files)("every operation of %s is listed, or refused with the reason", (name) => {
    const file = path.join(SPECS, name);
    const { operations, refused } = listOperations(parseOpenApi(readFileSync(file, "utf8"), name));
    const found = [
      ...operations.map(({ method, pathTemplate }) => `${method} ${pathTemplate}`),
      ...refused.map(({ operation }) => operation),
    ];
    expect(found.sort()).toEqual(countOperations(file).sort());
    for (const { reason } of refused) expect(reason).toMatch(/Piloto sends JSON and form bodies only/);
    for (const operation of operations) {
      expect(operation.summary.length).toBeLessThanOrEqual(120);
      expect(operation.summary).not.toBe("");
      expect(JSON.stringify(operation.argsSchema).length).toBeLessThan(200_000);
    }
  });

  test.each(files)("every listed operation of %s has a schema that arguments can be checked by", (name) => {
    const { operations } = listOperations(parseOpenApi(readFileSync(path.join(SPECS, name), "utf8"), name));
    const service = { id: "s" as never, name: "real", baseUrl: "http://h" };
    const unusable = operations.flatMap((operation, n) => {
      const tool = toEndpoint(operation, service);
      // Compiling is what takes the time: one in eight is tried with references as well.
      const ways = n % 8 === 0 ? [{}, { references: true }] : [{}];
      const said = ways.flatMap((way) => checkArgs(tool, { nonsense: 1 }, way));
      const known = said.filter((problem) => problem.startsWith("nonsense is not known here"));
      return known.length === ways.length ? [] : [`${tool.key}: ${said.join("; ")}`];
    });
    expect(unusable).toEqual([]);
  });

  test.each([
    ["openapi-samples/alertmanager.yaml", 9, 0],
    ["openapi-samples/petstore20.json", 20, 0],
    ["openapi-samples/petstore30-server.yaml", 19, 0],
    ["openapi-samples/pathitems-component31.json", 2, 0],
    ["openapi-samples/schema-circular20.yaml", 1, 0],
    ["openapi-samples/webhooks31.json", 0, 0],
    ["openapi-samples/moby-docker-engine.yaml", 107, 1],
    ["discord-openapi.json", 239, 3],
    ["ollama-openapi.yaml", 12, 0],
    ["slack-web-api-2021.json", 174, 0],
  ])("%s has %i operations to call and %i that cannot be", (name, operations, refused) => {
    const listing = listOperations(parseOpenApi(readFileSync(path.join(SPECS, name), "utf8"), name));
    expect([listing.operations.length, listing.refused.length]).toEqual([operations, refused]);
  });
});

describe("what is listed", () => {
  test("reading methods are reads and may be repeated; the rest are not", () => {
    const operation = { responses: {} };
    const { operations } = list({
      openapi: "3.2.0",
      paths: {
        "/x": {
          get: operation,
          head: operation,
          options: operation,
          query: operation,
          post: operation,
          put: operation,
          patch: operation,
          delete: operation,
        },
      },
    });
    expect(Object.fromEntries(operations.map(({ method, risk, replay }) => [method, `${risk} ${replay}`]))).toEqual({
      GET: "read safe",
      HEAD: "read safe",
      OPTIONS: "read safe",
      QUERY: "read safe",
      POST: "write never",
      PUT: "write never",
      PATCH: "write never",
      DELETE: "destructive never",
    });
  });

  test("a document may say that repeating is safe, and that an operation is worse than its method, never better", () => {
    const { operations } = list({
      openapi: "3.1.0",
      paths: {
        "/a": {
          put: { "x-piloto-replay": "safe" },
          post: { "x-idempotent": true },
          delete: { "x-piloto-risk": "read" },
        },
        "/b": { get: { "x-piloto-risk": "write" }, post: { "x-piloto-risk": "destructive" } },
      },
    });
    expect(
      operations.map(({ method, pathTemplate, risk, replay }) => `${method} ${pathTemplate} ${risk} ${replay}`),
    ).toEqual([
      "PUT /a write safe",
      "POST /a write safe",
      "DELETE /a destructive never",
      "GET /b write never",
      "POST /b destructive never",
    ]);
  });

  test("3.2's additionalOperations are listed", () => {
    const { operations } = list({
      openapi: "3.2.0",
      paths: { "/x": { additionalOperations: { COPY: { summary: "Copy it" } } } },
    });
    expect(operations).toMatchObject([{ method: "COPY", risk: "write", summary: "Copy it" }]);
  });

  test("parameters of the path and of the operation are one list, the operation's winning", () => {
    const { operations } = list({
      openapi: "3.0.0",
      paths: {
        "/x/{id}": {
          parameters: [
            { name: "id", in: "path", required: true, schema: { type: "string" } },
            { name: "limit", in: "query", schema: { type: "string" } },
          ],
          get: { parameters: [{ name: "limit", in: "query", required: true, schema: { type: "integer" } }] },
        },
      },
    });
    expect(operations[0]!.params).toBe("path: id*:string · query: limit*:integer");
  });

  test("credentials, cookies and connection headers are nobody's arguments", () => {
    const header = (name: string) => ({ name, in: "header", required: true, schema: { type: "string" } });
    const listing = listed(
      {
        parameters: [
          ...["Authorization", "cookie", "Host", "Transfer-Encoding", "X-Api-Key", "X-Wanted"].map(header),
          { name: "sid", in: "cookie", required: true, schema: {} },
          { name: "key", in: "query", schema: {} },
        ],
      },
      {
        components: {
          securitySchemes: {
            a: { type: "apiKey", in: "header", name: "X-API-Key" },
            b: { type: "apiKey", in: "query", name: "key" },
          },
        },
      },
    );
    expect(only(listing).params).toBe("header: X-Wanted*:string");
  });

  test("a path parameter that the document forgot is text", () => {
    const { operations } = list({ openapi: "3.1.0", paths: { "/x/{id}": { get: {} } } });
    expect(operations[0]!.params).toBe("path: id*:string");
  });

  test("what a summary hides (control characters, right-to-left marks, length) is taken out", () => {
    const { summary } = only(listed({ summary: `Say\u202e \u0007hi\n\n${"very ".repeat(100)}long` }));
    expect(summary).toMatch(/^Say hi very /);
    expect(summary).toHaveLength(120);
  });

  test("a 2.0 form becomes the body, without its files", () => {
    const listing = list({
      swagger: "2.0",
      paths: {
        "/x": {
          post: {
            consumes: ["application/x-www-form-urlencoded"],
            parameters: [
              { name: "name", in: "formData", required: true, type: "string" },
              { name: "photo", in: "formData", type: "file" },
            ],
          },
        },
      },
    });
    expect(only(listing)).toMatchObject({
      params: "body: name*:string",
      bodyType: "application/x-www-form-urlencoded",
    });
  });

  test.each([
    [
      "a file",
      {
        swagger: "2.0",
        paths: { "/x": { post: { parameters: [{ name: "f", in: "formData", type: "file", required: true }] } } },
      },
      /is a file/,
    ],
    [
      "a multipart body",
      {
        openapi: "3.0.0",
        paths: { "/x": { post: { requestBody: { required: true, content: { "multipart/form-data": {} } } } } },
      },
      /multipart/,
    ],
    ["a GET with a body", { openapi: "3.0.0", paths: { "/x": { get: body({}) } } }, /no meaning in HTTP/],
    ["TRACE", { openapi: "3.0.0", paths: { "/x": { trace: {} } } }, /TRACE/],
    [
      "a cookie-like path style",
      {
        openapi: "3.0.0",
        paths: {
          "/x/{a}": { get: { parameters: [{ name: "a", in: "path", required: true, style: "matrix", schema: {} }] } },
        },
      },
      /style "matrix"/,
    ],
    ["a query in the path", { openapi: "3.0.0", paths: { "/x?a=b": { get: {} } } }, /query or a fragment/],
    ["dots in the path", { openapi: "3.0.0", paths: { "/a/../b": { get: {} } } }, /rewritten/],
    ["hidden dots in the path", { openapi: "3.0.0", paths: { "/a/%2e%2E/b": { get: {} } } }, /rewritten/],
    ["a path that is a host", { openapi: "3.0.0", paths: { "//evil.example/x": { get: {} } } }, /empty part/],
    [
      "a dangling reference",
      { openapi: "3.0.0", paths: { "/x": { post: body({ $ref: "#/components/schemas/Gone" }) } } },
      /does not hold/,
    ],
    ["a reference to itself", { openapi: "3.0.0", paths: { "/x": { $ref: "#/paths/~1x" } } }, /leads back to itself/],
  ])("%s is refused with the reason", (_what, document, reason) => {
    const { operations, refused } = list(document);
    expect(operations).toEqual([]);
    expect(refused).toHaveLength(1);
    expect(refused[0]!.reason).toMatch(reason);
  });

  test("one bad operation does not spoil the others", () => {
    const { operations, refused } = list({
      openapi: "3.0.0",
      paths: { "/good": { get: {} }, "/bad": { post: body({ $ref: "other.yaml#/X" }) } },
    });
    expect(operations.map(({ pathTemplate }) => pathTemplate)).toEqual(["/good"]);
    expect(refused).toEqual([
      { operation: "POST /bad", reason: expect.stringContaining("outside the document"), isOutside: true },
    ]);
  });
});

describe("what an operation answers", () => {
  const answering = (schema: object, more: object = {}) =>
    only(listed({ responses: { "201": { content: { "application/json": { schema } } } } }, more)).returns;

  test("is told by field, lists and references followed", () => {
    const schemas = {
      Item: { type: "object", properties: { id: { type: "string" }, name: { type: ["string", "null"] } } },
    };
    const list = {
      type: "object",
      properties: {
        items: { type: "array", items: { $ref: "#/components/schemas/Item" } },
        total: { type: "integer" },
      },
    };
    expect(answering(list, { components: { schemas } })).toBe(
      "body: items:array, total:integer · body.items[]: id:string, name:string",
    );
    expect(answering({ type: "array", items: { type: "string" } })).toBe("body[]:string");
    expect(
      answering(
        { allOf: [{ $ref: "#/components/schemas/Item" }, { properties: { extra: { type: "boolean" } } }] },
        { components: { schemas } },
      ),
    ).toBe("body: id:string, name:string, extra:boolean");
  });

  test("is cut between fields at 300 characters, and ends where a schema is circular", () => {
    const wide = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`a_rather_long_name_of_a_field_${n}`, { type: "string" }]),
    );
    const line = answering({ type: "object", properties: wide })!;
    expect(line.length).toBeLessThanOrEqual(300);
    expect(line).toMatch(/:string …$/);
    const schemas = {
      Tree: {
        type: "object",
        properties: { children: { type: "array", items: { $ref: "#/components/schemas/Tree" } } },
      },
    };
    expect(answering({ $ref: "#/components/schemas/Tree" }, { components: { schemas } })).toContain(
      "body.children[]: children:array",
    );
  });

  test("stays open when the document does not tell, or tells it elsewhere", () => {
    expect(answering({})).toBeUndefined();
    expect(answering({ $ref: "https://evil.example/x.json" })).toBeUndefined();
    expect(only(listed({})).returns).toBeUndefined();
  });
});

describe("schemas", () => {
  test("3.0's nullable and 2.0's exclusive bounds mean what they say", () => {
    const listing = listed(
      body({
        type: "object",
        properties: {
          a: { type: "string", enum: ["x"], nullable: true },
          b: { type: "integer", minimum: 3, exclusiveMinimum: true },
        },
      }),
      {},
      "3.0.0",
    );
    expect(problems(listing, { body: { a: null, b: 4 } })).toEqual([]);
    expect(problems(listing, { body: { a: "y", b: 3 } })).toHaveLength(2);
  });

  test("a nullable reference takes null", () => {
    const listing = listed(
      body({ type: "object", properties: { a: { $ref: "#/components/schemas/A", nullable: true } } }),
      { components: { schemas: { A: { type: "object" } } } },
      "3.0.0",
    );
    expect(problems(listing, { body: { a: null } })).toEqual([]);
    expect(problems(listing, { body: { a: 7 } })).toHaveLength(1);
  });

  test("circular schemas stay circular, and only what is reachable is kept", () => {
    const schemas = {
      Tree: {
        type: "object",
        properties: {
          name: { type: "string" },
          children: { type: "array", items: { $ref: "#/components/schemas/Tree" } },
        },
      },
      Unused: { type: "object" },
    };
    const listing = listed(body({ $ref: "#/components/schemas/Tree" }), { components: { schemas } });
    expect(Object.keys(only(listing).argsSchema.$defs as object)).toEqual(["Tree"]);
    expect(problems(listing, { body: { name: "a", children: [{ name: "b", children: [] }] } })).toEqual([]);
    expect(problems(listing, { body: { children: [{ children: [{ name: 5 }] }] } })).toEqual([
      "body.children.0.children.0.name: wanted text, found 5",
    ]);
  });

  test("wrong kinds of keywords are left out, so that the rest still counts", () => {
    const listing = listed(
      body({
        type: "object",
        required: true,
        properties: { a: { type: "any", minimum: "3" }, b: { type: ["string", "wrong"], enum: [] } },
        items: "x",
        additionalProperties: "no",
      }),
    );
    expect(problems(listing, { body: { a: 1, b: "x" } })).toEqual([]);
    expect(problems(listing, { body: { b: 1 } })).toEqual(["body.b: wanted text, found 1"]);
  });

  test("what the service fills in itself is not asked of a caller", () => {
    const listing = listed(
      body({
        type: "object",
        required: ["id", "name"],
        properties: { id: { type: "integer", readOnly: true }, name: { type: "string" } },
      }),
    );
    expect(only(listing).params).toBe("body: name*:string id:integer");
  });

  test("schemas that would grow out of bounds are let open at the far end", () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 400 }, (_, n) => [
        `S${n}`,
        {
          type: "object",
          description: "x".repeat(300),
          properties: {
            next: { $ref: `#/components/schemas/S${(n + 1) % 400}` },
            text: { type: "string", description: "y".repeat(290) },
          },
        },
      ]),
    );
    const listing = listed(body({ $ref: "#/components/schemas/S0" }), { components: { schemas } });
    expect(JSON.stringify(only(listing).argsSchema).length).toBeLessThan(150_000);
    expect(problems(listing, { body: { next: { next: { text: 5 } } } })).toEqual([
      "body.next.next.text: wanted text, found 5",
    ]);
  });
});
