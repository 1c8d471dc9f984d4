import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { takeOwnership } from "../../storage/own-folder.ts";

const emptyFolder = () => mkdtempSync(path.join(tmpdir(), "piloto-own-"));

test("a second owner is refused and told the first one's process", () => {
  const folder = emptyFolder();
  const first = takeOwnership(folder);
  expect(() => takeOwnership(folder)).toThrow(new RegExp(`process ${process.pid}`));
  expect(() => takeOwnership(folder)).toThrow(expect.objectContaining({ code: "DATA_IN_USE" }));
  first.release();
  first.release();
  takeOwnership(folder).release();
});

test("a killed owner leaves nothing behind that keeps the next one out", async () => {
  const folder = emptyFolder();
  const program = path.resolve("test/storage/hold-folder.ts");
  const holder = spawn(process.execPath, ["scripts/house/run.mjs", program, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  expect(() => takeOwnership(folder)).toThrow(new RegExp(`process ${holder.pid}`));
  holder.kill("SIGKILL");
  await once(holder, "exit");
  takeOwnership(folder).release();
});

test("a path that is a file is refused with what to do", () => {
  const file = path.join(emptyFolder(), "file");
  writeFileSync(file, "");
  expect(() => takeOwnership(file)).toThrow(/PILOTO_DATA_DIR/);
});
