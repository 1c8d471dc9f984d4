import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorkshop, type Workshop } from "../../src/demo/workshop.ts";
import { expectClear, expectPlain, expectWhole, openPlace, type Place } from "./program-house.ts";

describe("a name that Piloto does not know", () => {
  let place: Place;
  let workshop: Workshop;
  beforeAll(async () => {
    place = openPlace();
    workshop = await startWorkshop();
    expect((await place.piloto(["services", "add", "shop", workshop.url])).code).toBe(0);
  });
  afterAll(async () => {
    await workshop.stop();
    place.remove();
  });

  test.each([
    ["service", ["call", "shap", "GET /parts"], 3, "SERVICE_NOT_FOUND", ['no service "shap"', "It has: shop"]],
    ["endpoint", ["call", "shop", "GET /nope"], 3, "ENDPOINT_NOT_FOUND", ["GET /nope", "services show shop"]],
    [
      "endpoint with an escape in it",
      ["call", "shop", "GET /\u001b[31mred\u202e"],
      3,
      "ENDPOINT_NOT_FOUND",
      ["services show shop"],
    ],
    [
      "argument",
      ["call", "shop", "GET /parts", '{"query":{"colour":"red"}}'],
      2,
      "ARGUMENTS_INVALID",
      [/colour is not known here; it takes .*\. See: piloto services show shop/],
    ],
    ["project", ["ask", "hello", "--project", "moon"], 3, "PROJECT_NOT_FOUND", ['"moon"', "There are: main"]],
    [
      "project of a chat",
      ["chat", "--script", "-", "--project", "moon"],
      3,
      "PROJECT_NOT_FOUND",
      ['"moon"', "There are: main"],
    ],
    ["person", ["call", "shop", "GET /parts", "--as", "slack:eve"], 4, "NOT_ALLOWED", ["slack:eve may not propose"]],
    ["account", ["ask", "hello", "--as", "a\u001b[2Jb"], 2, "INPUT_INVALID", ["is no account", "terminal:ana"]],
    ["page", ["runs", "list", "--before", "garbage"], 2, "INPUT_INVALID", ['--before is "garbage"', "last page"]],
    ["entry", ["audit", "export", "--after", "abc"], 2, "INPUT_INVALID", ['--after is "abc"', "number of an entry"]],
    ["pattern", ["services", "allow", "shop", "PUT /nope"], 3, "ENDPOINT_NOT_FOUND", ["shop has no operation"]],
  ] as const)("%s: what was wanted, what there is", async (_what, args, code, error, says) => {
    expectClear(await place.piloto(args), { code, error, says: [...says] });
  });

  test("a stranger who asks in a chat is told so, and nothing else happens", async () => {
    const ended = await place.piloto(["ask", "Set the stock of M8 to 4", "--as", "slack:eve"]);
    expect(ended.stdout).toContain("I do not know slack:eve in this project");
    expectPlain(ended.stdout + ended.stderr);
    expect(JSON.parse((await place.piloto(["runs", "list", "--json"])).stdout).runs).toEqual([]);
    await expectWhole(place);
  });
});
