import { expect, test } from "vitest";
import { open, seenOn, user } from "../fleet-endpoint/situation.ts";

/** Ollama reads keys whatever their case, and the last of two wins (Go's encoding/json, 2026-11-21). */
const ODD = {
  Model: "other:8b",
  OPTIONS: { num_ctx: 99_999, num_gpu: 0 },
  optionſ: { num_ctx: 99_999 },
  ſhift: true,
  Shift: true,
  KEEP_ALIVE: 0,
  "\u212aeep_alive": 0,
  Stream: false,
};

test.each(["/api/chat", "/api/generate"])(
  "no program makes a PC load a model afresh by writing options in capitals: %s",
  async (path) => {
    const { send, control } = await open();
    const wish = { model: "small:8b", messages: user("hello"), prompt: "hello", _debug_render_only: false };
    const answer = await send(path, { ...ODD, ...wish, ...ODD });
    expect(answer.status).toBe(200);
    const [seen] = seenOn(control("one"), path).slice(-1);
    for (const key of Object.keys(ODD)) expect(seen).not.toHaveProperty([key]);
    expect(seen).toMatchObject({ model: "small:8b", options: { num_ctx: 8192 }, shift: false, stream: true });
    expect(seen).toHaveProperty("_debug_render_only", false);
  },
);

test("no program makes a PC load an embedding model afresh by writing options in capitals", async () => {
  const { send, control } = await open();
  const answer = await send("/api/embed", { model: "embed", input: "a", ...ODD });
  expect(answer.status).toBe(200);
  const seen = seenOn(control("one"), "/api/embed").at(-1);
  expect(Object.keys(seen!).sort()).toEqual(["input", "keep_alive", "model", "options", "shift"]);
});
