import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { problemsWithArguments } from "../support/slack-server/judge-arguments.ts";
import { NEWER_METHODS, SPEC_METHODS } from "../support/slack-server/method-arguments.ts";
import { ANSWERED_METHODS } from "../support/slack-server/web-api.ts";

const SPEC = fileURLToPath(new URL("../../../shared/specs/slack-web-api-2021.json", import.meta.url));

interface SpecMethod {
  consumes: string[];
  parameters: { name: string; required?: boolean }[];
}

test(`the table of arguments is the specification of 2021, which is ${existsSync(SPEC) ? "at hand" : "not at hand here"}`, () => {
  expect(Object.keys(SPEC_METHODS)).toHaveLength(27);
  if (!existsSync(SPEC)) return;
  const spec = JSON.parse(readFileSync(SPEC, "utf8")) as { paths: Record<string, Record<string, SpecMethod>> };
  const derived = Object.keys(SPEC_METHODS).map((method) => {
    const { consumes, parameters } = Object.values(spec.paths[`/${method}`]!)[0]!;
    const names = parameters.filter((p) => p.name !== "token").map((p) => (p.required ? `${p.name}!` : p.name));
    return [method, { spec: names.sort(), json: consumes.includes("application/json") }];
  });
  const ours = Object.entries(SPEC_METHODS).map(([method, { spec: names, json }]) => [
    method,
    { spec: names.toSorted(), json },
  ]);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(derived));
  const newer = Object.keys(NEWER_METHODS).filter((method) => spec.paths[`/${method}`]);
  expect(newer, "methods called newer that the specification knows").toEqual([]);
});

test("every method of the table is answered, and no other", () => {
  expect(ANSWERED_METHODS.toSorted()).toEqual([...Object.keys(SPEC_METHODS), ...Object.keys(NEWER_METHODS)].sort());
});

test("unknown and missing arguments are named", () => {
  expect(problemsWithArguments("chat.update", { channel: "C1", tss: "1.1" })).toEqual([
    "unknown argument: tss",
    "missing required field: ts",
  ]);
  expect(problemsWithArguments("views.open", { view: {}, interactivity_pointer: "x" })).toEqual([]);
});
