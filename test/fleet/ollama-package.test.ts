import { Ollama } from "ollama/browser";
import { Agent, fetch as undiciFetch } from "undici";
import { expect, onTestFinished, test, vi } from "vitest";
import { until } from "../support/until.ts";
import { ask, codeOf, NEVER, pc, simulate } from "./simulation.ts";

/**
 * Why Piloto has its own client (docs/decisions/0005-ollama-client.md): the package `ollama`, one instance and one
 * abort-aware fetch a request, passes the tests of cancellation, and fails these. When one of them changes, the
 * decision may be looked at again.
 */
function packageClient(host: string, signal: AbortSignal): Ollama {
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  onTestFinished(() => dispatcher.destroy());
  const fetch = (url: unknown, init: object) =>
    undiciFetch(String(url), { ...init, signal, dispatcher, redirect: "manual" });
  return new Ollama({ host, fetch: fetch as unknown as typeof globalThis.fetch });
}

/** The package writes what it cannot read to the console, in full. */
function quietConsole(): void {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
}

const chat = (client: Ollama) =>
  client.chat({ model: "small:8b", messages: [{ role: "user", content: "do not delete it" }], stream: true });

test("the ollama package, given a signal, frees the slot before the first token and after it", async () => {
  const { control } = await simulate([pc("one")]);
  for (const chunks of [0, 1]) {
    control("one").faults.push({ kind: "hang", chunks });
    const stop = new AbortController();
    const all = (async () => {
      for await (const _ of await chat(packageClient(control("one").url, stop.signal)));
    })();
    const failed = expect(all).rejects.toThrow();
    await until("the PC works on it", () => control("one").counts().active === 1);
    stop.abort();
    await failed;
    await until("the slot is free", () => control("one").counts().active === 0);
  }
});

test("the ollama package leaves a broken line out and calls the answer complete; Piloto's client does not", async () => {
  const { control, fleet } = await simulate([pc("one")]);
  const line = { kind: "insert", chunks: 1, text: '{"message":{"content":" not' } as const;
  quietConsole();
  control("one").faults.push(line);
  let text = "";
  for await (const part of await chat(packageClient(control("one").url, new AbortController().signal)))
    text += part.message.content;
  expect(text).toBe("do delete it");

  control("one").faults.push(line);
  expect(await codeOf(fleet.chat(ask("do not delete it"), NEVER))).toBe("ANSWER_CUT_OFF");
});

test("the ollama package keeps a line without end in memory; Piloto's client stops it", async () => {
  const bytes = 3 * 2 ** 20;
  const { control, fleet } = await simulate([pc("one")]);
  quietConsole();
  control("one").faults.push({ kind: "giant-line", chunks: 0, bytes });
  const all = (async () => {
    for await (const _ of await chat(packageClient(control("one").url, new AbortController().signal)));
  })();
  await expect(all).rejects.toThrow();
  expect(control("one").seen.at(-1)!.state).toBe("failed"); // it took every byte

  control("one").faults.push({ kind: "giant-line", chunks: 0, bytes });
  expect(await codeOf(fleet.chat(ask("hello"), NEVER))).toBe("NODE_FAILED");
  await until(
    "the PC saw it leave",
    () => control("one").seen.findLast((s) => s.path === "/api/chat")!.state !== "running",
  );
});
