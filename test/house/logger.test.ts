import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LogOptions, openLog } from "../../src/logger.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "piloto-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lines(options: Omit<LogOptions, "file">, write: (log: ReturnType<typeof openLog>) => void): string[] {
  const file = path.join(folder, "deep/piloto.log");
  const log = openLog({ ...options, file });
  write(log);
  log.close();
  return readFileSync(file, "utf8").split("\n").filter(Boolean);
}

test("a log line is one JSON object, with an error's words and place", () => {
  const [line] = lines({ level: "info" }, (log) => log.error({ run: "r1", error: new Error("boom") }, "It broke"));
  expect(JSON.parse(line!)).toMatchObject({ run: "r1", msg: "It broke", error: { type: "Error", message: "boom" } });
});

test("a secret is struck out wherever it stands in a line", () => {
  const redact = (text: string) => text.replaceAll("hunter2", "[secret]");
  const told = lines({ level: "debug", redact }, (log) => {
    log.info({ url: "http://u:hunter2@host" }, "Calling with hunter2");
    log.warn({ error: new Error("401 for hunter2") }, "Refused");
  });
  expect(told).toHaveLength(2);
  expect(told.join("\n")).not.toContain("hunter2");
});

test("lines below the level are not written", () => {
  const told = lines({ level: "warn" }, (log) => {
    log.debug({}, "a");
    log.info({}, "b");
    log.warn({}, "c");
  });
  expect(told.map((line) => JSON.parse(line).msg)).toEqual(["c"]);
});
