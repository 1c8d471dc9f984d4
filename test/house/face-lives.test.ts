import { expect, test } from "vitest";
import type { ChatFace } from "../../bots/index.ts";
import { startFaces, stopFaces } from "../../src/face-lives.ts";
import { manualClock } from "../support/manual-clock.ts";
import { memoryPlatform } from "../support/memory-platform.ts";
import { until } from "../support/until.ts";

const forEver = () => new Promise<void>(() => undefined);

function face(life: Partial<ChatFace>): ChatFace {
  const health = () => ({ face: "memory", state: "off" as const, sinceMs: 0, counts: {} });
  const nothing = async () => undefined;
  return { platform: memoryPlatform(), attach: () => undefined, start: nothing, stop: nothing, health, ...life };
}

function deps() {
  const clock = manualClock();
  const lines: string[] = [];
  const note = (_fields: object, text: string) => void lines.push(text);
  return { clock, lines, logger: { debug: note, info: note, warn: note, error: note } };
}

test("a chat app that does not answer keeps Piloto no longer than its time from being ready", async () => {
  const { clock, lines, logger } = deps();
  const failing = new AbortController();
  const slow = new Promise<void>((_resolve, reject) => {
    failing.signal.addEventListener("abort", () => reject(failing.signal.reason));
  });
  const started = startFaces([face({ start: () => slow }), face({})], 3_000, { clock, logger });
  await clock.advance(3_000);
  await started;
  expect(lines).toEqual([expect.stringContaining("ready without it")]);
  failing.abort(new Error("no such app"));
  await until("the failure is told", () => lines.length === 2);
  expect(lines[1]).toContain("could not be started");
});

test("settings of a chat app that can never work are told by the start", async () => {
  const { clock, logger } = deps();
  const faces = [face({ start: () => Promise.reject(new Error("wrong token")) }), face({ start: forEver })];
  await expect(startFaces(faces, 3_000, { clock, logger })).rejects.toThrow("wrong token");
});

test("a face that hangs and one that fails keep neither the others nor Piloto from ending", async () => {
  const { clock, lines, logger } = deps();
  const stopped: number[] = [];
  const faces = [
    face({ stop: forEver }),
    face({ stop: () => Promise.reject(new Error("broken")) }),
    face({ stop: async (withinMs) => void stopped.push(withinMs) }),
  ];
  const ended = stopFaces(faces, 3_000, { clock, logger });
  await clock.advance(3_000);
  await ended;
  expect(stopped).toEqual([3_000]);
  expect(lines).toEqual(Array.from({ length: 2 }, () => "A chat app was left without a proper end."));
});
