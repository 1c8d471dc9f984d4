import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { expect, test } from "vitest";
import { openSecrets } from "../../src/secrets.ts";
import { openSqlite } from "../../storage/index.ts";
import { manualClock } from "../support/manual-clock.ts";

const CANARY = "canary/se cret+7f3a9c21?";
const BY = "terminal:ana";

async function openHouse(folder = mkdtempSync(path.join(tmpdir(), "piloto-secrets-"))) {
  const stores = await openSqlite({ folder });
  const keyFile = path.join(folder, "keys", "piloto.key");
  return { folder, stores, keyFile, secrets: await openSecrets({ stores, clock: manualClock(), keyFile }) };
}

test("a secret comes back after a restart and lies in no file in plain text", async () => {
  const first = await openHouse();
  await first.secrets.put("service:workshop/erp", CANARY, BY);
  await first.stores.close();
  const again = await openHouse(first.folder);
  expect(await again.secrets.get("service:workshop/erp")).toBe(CANARY);
  expect(await again.secrets.list()).toEqual(["service:workshop/erp"]);
  expect(readFileSync(path.join(first.folder, "piloto.db")).includes(CANARY)).toBe(false);
  expect(statSync(first.keyFile).mode & 0o777).toBe(0o600);
});

test("a sealed secret that was moved to another place does not open", async () => {
  const house = await openHouse();
  await house.secrets.put("service:workshop/erp", CANARY, BY);
  await house.secrets.put("service:workshop/evil", "harmless value", BY);
  await house.stores.close();
  const db = new BetterSqlite3(path.join(house.folder, "piloto.db"));
  db.exec("UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE place LIKE '%erp') WHERE place LIKE '%evil'");
  db.close();
  const again = await openHouse(house.folder);
  await expect(again.secrets.get("service:workshop/evil")).rejects.toMatchObject({ code: "SECRET_UNREADABLE" });
  expect(await again.secrets.get("service:workshop/erp")).toBe(CANARY);
});

test("with another key, the refusal names the key that is needed", async () => {
  const house = await openHouse();
  await house.secrets.put("p", CANARY, BY);
  writeFileSync(house.keyFile, `${Buffer.alloc(32, 7).toString("base64")}\n`);
  const again = await openSecrets({ stores: house.stores, clock: manualClock(), keyFile: house.keyFile });
  await expect(again.get("p")).rejects.toThrow(/needs key [0-9a-f]{16}.* is key [0-9a-f]{16}/);
  writeFileSync(house.keyFile, "rubbish");
  const opened = openSecrets({ stores: house.stores, clock: manualClock(), keyFile: house.keyFile });
  await expect(opened).rejects.toMatchObject({ code: "SECRET_UNREADABLE" });
});

test("a missing secret says how to store it", async () => {
  const house = await openHouse();
  await expect(house.secrets.get("service:x/y")).rejects.toThrow("piloto secrets set service:x/y");
  expect(await house.secrets.remove("service:x/y", BY)).toBe(false);
});

test("a known secret is struck out of a text in every usual form", async () => {
  const { secrets } = await openHouse();
  await secrets.put("erp", CANARY, BY);
  const forms = [
    CANARY,
    `Bearer ${CANARY}`,
    `https://x/?k=${encodeURIComponent(CANARY)}`,
    new URLSearchParams({ k: CANARY }).toString(),
    `Basic ${Buffer.from(`ana:${CANARY}`).toString("base64")}`,
    `Basic ${Buffer.from(`user1:${CANARY}`).toString("base64")}`,
    Buffer.from(`${CANARY}!`).toString("base64url"),
    JSON.stringify({ deep: { token: CANARY } }),
    Buffer.from(CANARY).toString("hex"),
  ];
  for (const form of forms) {
    const struck = secrets.redact(form);
    expect(struck, form).toContain("[secret erp]");
    expect(struck).not.toContain("7f3a9c21");
  }
  expect(secrets.redact("an ordinary line")).toBe("an ordinary line");
});

test("who stored or removed a secret stands in the audit log, without the value", async () => {
  const { secrets, stores } = await openHouse();
  await secrets.put("service:workshop/erp", CANARY, BY);
  await secrets.remove("service:workshop/erp", "terminal:ben");
  await secrets.remove("service:workshop/erp", "terminal:ben");
  const entries = await stores.read((tx) => tx.audit.after(0, 10));
  expect(entries.map(({ by, did, target }) => [by, did, target])).toEqual([
    [BY, "put-secret", "service:workshop/erp"],
    ["terminal:ben", "remove-secret", "service:workshop/erp"],
  ]);
  expect(JSON.stringify(entries)).not.toContain(CANARY);
});
