import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { expect, test } from "vitest";
import { auditEntry } from "../../core/access/record-audit.ts";
import { verifyAudit } from "../../core/access/verify-audit.ts";
import { linkAuditEntry } from "../../core/domain/audit-chain.ts";
import { openAuditCheckpoints } from "../../storage/audit-checkpoints.ts";
import { openSqlite } from "../../storage/index.ts";

async function houseWithEntries(count: number) {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-audit-"));
  const stores = await openSqlite({ folder });
  const add = (n: number) =>
    stores.atomically(async (tx) => {
      for (let i = 0; i < n; i++)
        await tx.audit.append(auditEntry("terminal:ana", "confirm-plan", `run-${i}`, 1000 + i, { i }));
    });
  await add(count);
  const files = { file: path.join(folder, "audit-checkpoints.jsonl"), keyFile: path.join(folder, "keys", "audit.pem") };
  const checkpoints = openAuditCheckpoints(files, { stores });
  const verify = () => verifyAudit(checkpoints.read(), { stores });
  /** As somebody with the file and an editor would. */
  const tamper = (sql: string) => {
    const db = new BetterSqlite3(path.join(folder, "piloto.db"));
    db.exec(sql);
    db.close();
  };
  return { stores, add, checkpoints, verify, tamper, files };
}

test("an untouched log verifies, over more than one page", async () => {
  const house = await houseWithEntries(2500);
  expect(await house.checkpoints.write(5000)).toBe(true);
  expect(await house.checkpoints.write(6000)).toBe(false);
  expect(await house.verify()).toMatchObject({ kind: "whole", entries: 2500, checkpoints: 1 });
});

test.each([
  ["an edited entry", "UPDATE audit SET detail = '{\"i\":99}' WHERE seq = 7", 7],
  ["an entry whose author was changed", "UPDATE audit SET by_account = 'terminal:eve' WHERE seq = 3", 3],
  ["a removed entry", "DELETE FROM audit WHERE seq = 5", 5],
  [
    "two entries in each other's place",
    "UPDATE audit SET seq = -1 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = -1",
    4,
  ],
])("%s is found, with its number", async (_, sql, seq) => {
  const house = await houseWithEntries(10);
  house.tamper(sql);
  expect(await house.verify()).toMatchObject({ kind: "broken", seq });
});

test("a log whose end was cut off is found by a signed checkpoint", async () => {
  const house = await houseWithEntries(10);
  await house.checkpoints.write(5000);
  house.tamper("DELETE FROM audit WHERE seq > 8");
  expect(await house.verify()).toMatchObject({ kind: "broken", seq: 10, why: expect.stringContaining("cut off") });
});

test("a log that was written anew from an entry on is found by a signed checkpoint", async () => {
  const house = await houseWithEntries(10);
  await house.checkpoints.write(5000);
  const [before] = await house.stores.read((tx) => tx.audit.after(8, 1));
  const forged = linkAuditEntry(auditEntry("terminal:eve", "confirm-plan", "run-9", 1009), {
    seq: 9,
    hash: before!.hash,
  });
  house.tamper(
    `UPDATE audit SET by_account = 'terminal:eve', detail = '{}', at_ms = 1009, hash = '${forged.hash}' WHERE seq = 10`,
  );
  expect(await house.verify()).toMatchObject({ kind: "broken", seq: 10, why: expect.stringContaining("anew") });
});

test("a checkpoint that was altered is not believed", async () => {
  const house = await houseWithEntries(3);
  await house.checkpoints.write(5000);
  writeFileSync(house.files.file, readFileSync(house.files.file, "utf8").replace('"seq":3', '"seq":2'));
  expect(() => house.checkpoints.read()).toThrow(expect.objectContaining({ code: "AUDIT_BROKEN" }));
});

test("a checkpoint that a crash cut short is forgotten, and the next one follows cleanly", async () => {
  const house = await houseWithEntries(3);
  await house.checkpoints.write(5000);
  writeFileSync(house.files.file, '{"seq":4,"ha', { flag: "a" });
  await house.add(1);
  expect(await house.checkpoints.write(6000)).toBe(true);
  expect(house.checkpoints.read().map((line) => line.seq)).toEqual([3, 4]);
});
