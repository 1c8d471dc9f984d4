import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
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

test.runIf(existsSync("/dev/full"))("a log on a full disk is told once and keeps nobody from ending", () => {
  const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const log = openLog({ level: "info", file: "/dev/full" });
    for (let line = 0; line < 3; line++) log.info({ line }, "Nobody reads this");
    log.close();
    log.info({}, "Said after the end");
    expect(told.mock.calls.map(([text]) => text)).toEqual(["The log /dev/full cannot be written now (ENOSPC).\n"]);
  } finally {
    told.mockRestore();
  }
});
