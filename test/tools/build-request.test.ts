import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../core/domain/result.ts";
import { buildRequest } from "../../src/tools/build-request.ts";
import { listOperations } from "../../src/tools/list-operations.ts";
import { parseOpenApi } from "../../src/tools/openapi-document.ts";
import { parametersOf } from "../../src/tools/path-template.ts";

const BASE = "https://api.example.com:8443/v1/shop";
const object = (properties: JsonObject): JsonObject => ({ type: "object", properties });
const get = (pathTemplate: string, args: JsonObject, groups: JsonObject = {}) =>
  buildRequest({ method: "GET", pathTemplate }, BASE, object(groups), args);
const post = (bodyType: string, body: JsonObject, schema: JsonObject = {}) =>
  buildRequest({ method: "POST", pathTemplate: "/x", bodyType }, BASE, object({ body: schema }), { body });
const query = (value: JsonObject[string], schema: JsonObject) => {
  const built = get("/x", { query: { q: value } }, { query: object({ q: schema }) });
  return built.kind === "built" ? decodeURIComponent(built.path.replace("/v1/shop/x?", "")) : built.why;
};

describe("the address of a call", () => {
  test.each([
    "..",
    ".",
    "",
    "../../admin",
    "..%2f..%2fadmin",
    "%2e%2e",
    "%2e%2e/",
    "..;/admin",
    "..\\..\\admin",
    "//evil.example/",
    "/\\evil.example",
    "@evil.example",
    "https://evil.example/",
    "a?b=c",
    "a#b",
    "a\r\nHost: evil.example",
    "\u0000",
    "\uff0e\uff0e",
    "\u2025",
    "\ud800",
    " .. ",
    "..\t",
  ])("stays where it was allowed with %j as a path argument", (id) => {
    const built = get("/parts/{id}/stock", { path: { id } });
    if (built.kind === "unbuildable") return expect(built.why).not.toBe("");
    const url = new URL(`${built.origin}${built.path}`);
    expect(url.origin).toBe("https://api.example.com:8443");
    expect(url.pathname).toMatch(/^\/v1\/shop\/parts\/[^/]+\/stock$/);
    expect(url.search + url.hash + url.username + url.password).toBe("");
  });

  test.each(["x/../../admin", "../admin", "a/..", "./a", "..\\admin", "a\\..\\b", "..;/admin", "a/..;x=1/b"])(
    "does not carry %j: servers that decode slashes would walk up",
    (id) => {
      const built = get("/parts/{id}/stock", { path: { id } });
      expect(built).toMatchObject({ kind: "unbuildable", why: expect.stringContaining("lead elsewhere") });
      expect(get("/parts/{id}/stock", { path: { id: [id] } })).toMatchObject({ kind: "unbuildable" });
    },
  );

  test.each(["group/project", "v1..2", "a.b/c.d", "...", ".hidden/x"])("still carries %j in one part", (id) => {
    expect(get("/parts/{id}/stock", { path: { id } })).toMatchObject({
      path: `/v1/shop/parts/${encodeURIComponent(id)}/stock`,
    });
  });

  test("stays under the base path and at the origin, whatever the arguments are", () => {
    const nasty = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({
        unit: fc.constantFrom(
          ".",
          "/",
          "\\",
          "%",
          "2",
          "e",
          "f",
          "@",
          ":",
          "?",
          "#",
          ";",
          "\r",
          "\n",
          "\t",
          " ",
          "\u0000",
          "\uff0f",
        ),
      }),
      fc.webUrl(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string({ unit: "binary" })),
      fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })),
    );
    const templates = [
      "/parts/{a}",
      "/parts/{a}/stock/{b}",
      "/{a}",
      "/{a}/{b}",
      "/x.{a}",
      "/{a}{b}",
      "/{a}.{b}.json",
      "/x/{a}/",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...templates), nasty, nasty, nasty, fc.string(), (pathTemplate, a, b, q, name) => {
        const built = get(pathTemplate, { path: { a, b }, query: { [name]: q } } as JsonObject);
        if (built.kind === "unbuildable") return;
        const url = new URL(`${built.origin}${built.path}`);
        expect(url.origin).toBe("https://api.example.com:8443");
        expect(url.pathname.startsWith("/v1/shop/")).toBe(true);
        expect(url.pathname).toBe(built.path.split("?")[0]);
        expect(url.hash).toBe("");
        const slashes = (text: string) => text.split("/").length;
        expect(slashes(url.pathname)).toBe(slashes(`/v1/shop${pathTemplate}`));
      }),
      { numRuns: 2000 },
    );
  });

  test("names every parameter of a template once", () => {
    expect(parametersOf("/a/{x}/b/{y}.json")).toEqual(["x", "y"]);
    const built = get("/a/{x}/b/{x}", { path: { x: "ü/1" } });
    expect(built).toMatchObject({ path: "/v1/shop/a/%C3%BC%2F1/b/%C3%BC%2F1" });
  });

  test("is not built without a path argument, nor longer than 16,000 characters", () => {
    expect(get("/a/{x}", {})).toEqual({ kind: "unbuildable", why: "path.x is empty" });
    expect(get("/a/{x}", { path: { x: "y".repeat(17_000) } })).toMatchObject({ kind: "unbuildable" });
  });

  test("an argument called __proto__ or constructor is none", () => {
    expect(get("/a/{constructor}", { path: {} })).toEqual({ kind: "unbuildable", why: "path.constructor is empty" });
    expect(get("/a/{toString}", { path: {} })).toEqual({ kind: "unbuildable", why: "path.toString is empty" });
  });
});

describe("how arguments are written", () => {
  test.each([
    ["a list, exploded by default", [1, 2], {}, "q=1&q=2"],
    ["a list in one", ["a", "b"], { "x-style": "form", "x-explode": false }, "q=a,b"],
    ["a list with bars", ["a", "b"], { "x-style": "pipeDelimited", "x-explode": false }, "q=a|b"],
    ["a list with spaces", ["a", "b"], { "x-style": "spaceDelimited", "x-explode": false }, "q=a b"],
    ["a list with tabs", ["a", "b"], { "x-style": "tabDelimited", "x-explode": false }, "q=a\tb"],
    [
      "a deep object",
      { a: { b: 1 }, c: ["x", "y"] },
      { "x-style": "deepObject", "x-explode": true },
      "q[a][b]=1&q[c]=x&q[c]=y",
    ],
    ["an object, exploded", { a: 1, b: true }, {}, "a=1&b=true"],
    ["an object in one", { a: 1, b: 2 }, { "x-style": "form", "x-explode": false }, "q=a,1,b,2"],
    ["JSON", { a: [1] }, { "x-style": "json" }, 'q={"a":[1]}'],
    ["text with reserved characters", "a&b=c#d?e", {}, "q=a&b=c#d?e"],
  ])("%s in the query", (_what, value, schema, written) => {
    expect(query(value as never, schema as JsonObject)).toBe(written);
  });

  test("reserved characters in a query argument cannot begin another", () => {
    expect(get("/x", { query: { q: "a&admin=true" } })).toMatchObject({ path: "/v1/shop/x?q=a%26admin%3Dtrue" });
  });

  test("a JSON body is JSON, a form is a form", () => {
    expect(post("application/json", { a: [1], b: { c: null } })).toMatchObject({
      body: '{"a":[1],"b":{"c":null}}',
      headers: { "content-type": "application/json" },
    });
    expect(post("application/x-www-form-urlencoded", { a: ["x", "y"], b: { c: 1 }, d: "ä &" })).toMatchObject({
      body: "a=x&a=y&b=%7B%22c%22%3A1%7D&d=%C3%A4%20%26",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  });

  test("a header cannot hold a line break", () => {
    const built = get("/x", { header: { "X-A": "a\r\nX-B: b" } });
    expect(built).toEqual({ kind: "unbuildable", why: "header.X-A holds characters that no header can carry" });
  });

  test("a document's style rules reach the request", () => {
    const { operations } = listOperations(
      parseOpenApi(
        JSON.stringify({
          openapi: "3.0.0",
          paths: {
            "/x/{ids}": {
              get: {
                parameters: [
                  { name: "ids", in: "path", required: true, schema: { type: "array", items: { type: "integer" } } },
                  { name: "filter", in: "query", style: "deepObject", explode: true, schema: { type: "object" } },
                  { name: "tags", in: "query", explode: false, schema: { type: "array" } },
                  { name: "where", in: "query", content: { "application/json": { schema: { type: "object" } } } },
                ],
              },
            },
          },
        }),
        "styles",
      ),
    );
    const { method, pathTemplate, argsSchema } = operations[0]!;
    const args = { path: { ids: [1, 2] }, query: { filter: { a: "b" }, tags: ["x", "y"], where: { n: 1 } } };
    const built = buildRequest({ method, pathTemplate }, "http://h", argsSchema, args);
    expect(built.kind === "built" && decodeURIComponent(built.path)).toBe('/x/1,2?filter[a]=b&tags=x,y&where={"n":1}');
  });
});
