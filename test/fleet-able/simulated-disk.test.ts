import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { model, pc, pullHouse } from "./able-house.ts";

const SPEC = path.resolve(import.meta.dirname, "../../../shared/specs/ollama-openapi.yaml");

async function onePc() {
  const { control } = await pullHouse([{ ...pc("one", model("a:8b")), registry: [model("fresh:3b")] }]);
  const send = (method: string, route: string, body: object) =>
    fetch(control("one").url + route, { method, body: JSON.stringify(body) });
  return { control: control("one"), send };
}

test("a simulated pull tells what Ollama's own OpenAPI file describes", async ({ skip }) => {
  if (!existsSync(SPEC)) skip(`Ollama's OpenAPI file is not here (${SPEC}): nothing to hold it against`);
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(parse(readFileSync(SPEC, "utf8")), "ollama");
  const check = ajv.compile({ $ref: "ollama#/components/schemas/StatusEvent" });
  const { send } = await onePc();
  const text = await (await send("POST", "/api/pull", { model: "fresh:3b" })).text();
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.filter((line) => !check(line))).toEqual([]);
  expect([...new Set(lines.map(({ status }) => status.replace(/[0-9a-f]{12}$/, "…")))]).toEqual([
    "pulling manifest",
    "pulling …",
    "verifying sha256 digest",
    "writing manifest",
    "success",
  ]);
});

test("a simulated pull without a stream is one answer, and a model that is deleted is gone", async () => {
  const { send, control } = await onePc();
  const whole = await send("POST", "/api/pull", { model: "fresh:3b", stream: false });
  expect([whole.status, await whole.json()]).toEqual([200, { status: "success" }]);
  expect(control.models()).toEqual(["a:8b", "fresh:3b"]);
  expect((await send("DELETE", "/api/delete", { model: "a:8b" })).status).toBe(200);
  expect((await send("DELETE", "/api/delete", { model: "a:8b" })).status).toBe(404);
  expect(control.models()).toEqual(["fresh:3b"]);
});
