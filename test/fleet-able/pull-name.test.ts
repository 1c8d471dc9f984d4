import { expect, test } from "vitest";
import { listedName, readPullName } from "../../src/fleet/pull/pull-name.ts";
import { tellBytes } from "../../src/fleet/pull/tell-bytes.ts";

test.each([
  "qwen3",
  "qwen3:8b",
  "library/qwen3:8b",
  "registry.ollama.ai/library/qwen3:8b",
  "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M",
])("%s is given to a PC as it was typed", (name) => {
  expect(readPullName(name)).toBe(name);
});

test.each([
  ["", "nothing"],
  ["https://hf.co/a/b", "an address"],
  ["evil.example/owner/model:1b", "another host"],
  ["registry.ollama.ai:8080/library/m", "a port"],
  ["http:8b/../../m", "a path"],
  ["../secret", "a path"],
  ["a/b/c/d:1", "too many parts"],
  ["model name", "a blank"],
  ["model\u0000:1b", "a control character"],
  ["model\u202e:1b", "an invisible character"],
  ["-rf", "an option"],
  ["m:8b:9b", "two tags"],
  ["m:", "an empty tag"],
  [`${"m".repeat(301)}`, "too long"],
])("%j is refused (%s)", (name) => {
  expect(() => readPullName(name)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});

test.each([
  ["qwen3", "qwen3:latest"],
  ["library/qwen3:8b", "qwen3:8b"],
  ["registry.ollama.ai/library/qwen3:8b", "qwen3:8b"],
  ["owner/qwen3:8b", "owner/qwen3:8b"],
  ["hf.co/owner/repo:Q4_K_M", "hf.co/owner/repo:Q4_K_M"],
])("%s is listed as %s", (typed, listed) => {
  expect(listedName(typed)).toBe(listed);
});

test("sizes are told in units that a person reads", () => {
  expect([0, 480, 999, 1_500, 5.24e9, 999.6e6, 123.4e9, 2e12].map(tellBytes)).toEqual([
    "0 B",
    "480 B",
    "999 B",
    "1.5 kB",
    "5.2 GB",
    "1.0 GB",
    "123 GB",
    "2.0 TB",
  ]);
});
