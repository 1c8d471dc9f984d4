import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loopback } from "../tools/house.ts";
import { expectClear, expectPlain, expectWhole, openPlace, type Place } from "./program-house.ts";

let place: Place;
beforeAll(() => {
  place = openPlace();
});
afterAll(() => place.remove());

const write = (name: string, content: string) => writeFileSync(path.join(place.folder, name), content);
const add = (name: string, source: string) =>
  place.piloto(["services", "add", name, source, "--base-url", "http://127.0.0.1:9", "--offline"]);

const operation = { get: { responses: { 200: { description: "x" } } } };
const document = (paths: object) => JSON.stringify({ openapi: "3.1.0", info: { title: "Shop", version: "1" }, paths });

describe("an OpenAPI file that is none", () => {
  test.each([
    ["cut.json", '{"openapi":"3.1.0","info":{', 1, "SPEC_UNREADABLE", ["cut.json", "is not"]],
    ["cut.yaml", "openapi: 3.1.0\n  info: [\n", 1, "SPEC_UNREADABLE", ["cut.yaml is neither JSON nor YAML"]],
    ["text.txt", "hello", 1, "SPEC_UNREADABLE", ["text.txt is not an OpenAPI document"]],
    ["future.json", '{"openapi":"9.9","info":{},"paths":{}}', 1, "SPEC_UNREADABLE", ["2.0, 3.0, 3.1 or 3.2"]],
    ["escape.json", '{"openapi":"3.1.0\u001b[31m', 1, "SPEC_UNREADABLE", ["escape.json"]],
  ])("%s: says what it is not", async (name, content, code, error, says) => {
    write(name, content);
    expectClear(await add("bad", name), { code, error, says });
  });

  test("a YAML alias bomb is not expanded", async () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(`*${of}`).join(",")}]`;
    const names = [..."abcdefghi"];
    write("bomb.yaml", ["a: &a [x,x,x,x,x,x,x,x,x]", ...names.slice(1).map((n, i) => level(n, names[i]!))].join("\n"));
    expectClear(await add("bad", "bomb.yaml"), { code: 1, error: "SPEC_UNSAFE", says: ["aliases", "does not expand"] });
  });

  test("20 MB are refused with the size and the limit, unread", async () => {
    write("big.json", document({ "/a": { get: { description: "x".repeat(20 * 1024 * 1024) } } }));
    expectClear(await add("bad", "big.json"), { code: 1, error: "SPEC_TOO_LARGE", says: ["21 MB", "16 MB"] });
  });

  test("a file that is not there, a folder and a device are told apart from services", async () => {
    mkdirSync(path.join(place.folder, "folder"));
    for (const source of ["nothere.json", "./folder", "/dev/zero"]) {
      expectClear(await add("bad", source), { code: 3, error: "SPEC_NOT_FOUND", says: ["There is no file", source] });
    }
  });

  test("none of them left a service behind", async () => {
    expect(JSON.parse((await place.piloto(["services", "list", "--json"])).stdout)).toEqual([]);
    await expectWhole(place);
  });
});

describe("an OpenAPI file that points elsewhere", () => {
  test("a file: and a network $ref are not followed; their operations are left out by name", async () => {
    let asked = 0;
    const server = await loopback((_request, response) => {
      asked += 1;
      response.end("{}");
    });
    const outside = { get: { ...operation.get, parameters: [{ $ref: `${server.url}/p.json` }] } };
    write("refs.json", document({ "/a": { $ref: "file:///etc/passwd" }, "/b": outside, "/c": operation }));
    const added = await add("refs", "refs.json");
    await server.stop();
    expect(added.code).toBe(0);
    expect(added.stdout).toMatch(/left out {2}ANY \/a: .*file:\/\/\/etc\/passwd.*follows no such references/);
    expect(added.stdout).toMatch(/left out {2}GET \/b: .*\/p\.json.*follows no such references/);
    expect(added.stdout).not.toContain("root:");
    expectPlain(added.stdout + added.stderr);
    expect(asked).toBe(0);
  });

  test("a service that is offline is planned with, and a call says so once and in words", async () => {
    const ended = await place.piloto(["call", "refs", "GET /c", "--yes"]);
    expect(ended.code).toBe(1);
    expect(ended.stderr.match(/registered as offline/g)).toHaveLength(1);
    expectPlain(ended.stdout + ended.stderr);
  });

  test("the same name twice is refused and the first stays as it was", async () => {
    write("other.json", document({ "/z": operation }));
    const says = ['"refs" already', "Refresh it"];
    expectClear(await add("refs", "other.json"), { code: 1, error: "SERVICE_EXISTS", says });
    expect((await place.piloto(["services", "show", "refs"])).stdout).toContain("GET /c");
  });
});
