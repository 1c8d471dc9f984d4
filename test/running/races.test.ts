import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { type AccountId, asId } from "../../core/domain/ids.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { openSqlite } from "../../storage/index.ts";
import { fakeTool } from "../support/fake-tools.ts";
import { sampled } from "../support/sampled.ts";
import { fastFolder, pgliteDisk } from "./disks.ts";
import { RACERS, type Told, takePart, untruths } from "./race.ts";
import { planOf, projectWith, propose } from "./world.ts";

const FACES = ["slack", "discord", "terminal"];
const RACES = sampled(10_000, 2_000);
const RACES_ON_POSTGRES = sampled(100, 25);
const everybody = FACES.map((face) => asId<AccountId>(`${face}:*`));
const plan = planOf({ tool: fakeTool("set", { risk: "write", replay: "never" }) });

async function saveDrafts(stores: Stores, races: number): Promise<void> {
  const access = { propose: everybody, confirm: everybody, administer: [] };
  await stores.atomically((tx) => tx.projects.put(projectWith({}, { access })));
  for (let from = 0; from < races; from += 250) {
    const group = Array.from({ length: Math.min(250, races - from) }, (_, i) => `race-${from + i}`);
    await Promise.all(group.map((id) => propose(stores, { id, chat: `slack:${id}`, plan, atMs: Date.now() })));
  }
}

test("thousands of drafts pressed at once by several faces and processes are each decided once, and every loser is told the truth", {
  timeout: 60_000,
}, async () => {
  const folder = fastFolder("piloto-races-");
  const stores = await openSqlite({ folder });
  await saveDrafts(stores, RACES);
  const children = FACES.map((face) => startChild(folder, face));
  await Promise.all(children.map((child) => child.ready));
  for (const child of children) child.go();
  const told = (await Promise.all(children.map((child) => child.told))).flat();
  expect(told).toHaveLength(RACES * FACES.length);
  expect(await untruths(stores, told)).toEqual([]);
  const late = told.filter((one) => one.kind === "too-late").length;
  console.info(`${RACES} races, ${told.length} presses, ${late} too late, each told by whom`);
  expect(late).toBeGreaterThan(RACES / 2);
  await stores.close();
  rmSync(folder, { recursive: true, force: true });
});

test("on PostgreSQL, too, presses at once decide each plan once and tell the truth", { timeout: 60_000 }, async () => {
  const disk = await pgliteDisk();
  const stores = await disk.open();
  await saveDrafts(stores, RACES_ON_POSTGRES);
  const told: Told[] = [];
  for (let n = 0; n < RACES_ON_POSTGRES; n++) {
    const parts = FACES.map((face, i) =>
      takePart(stores, `race-${n}`, RACERS[(n + i * (n % 3)) % 4]!, asId(`${face}:ana`)),
    );
    told.push(...(await Promise.all(parts)));
  }
  expect(await untruths(stores, told)).toEqual([]);
  await stores.close();
  await disk.end();
});

function startChild(folder: string, face: string) {
  const args = ["scripts/house/run.mjs", "test/running/race-child.ts", folder, face, String(RACES)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const lines = readLines(child);
  return {
    ready: lines.first,
    go: () => child.stdin.write("go\n"),
    told: lines.all.then((all): Told[] => {
      const last = all.at(-1);
      if (!last?.startsWith("[")) throw new Error(`A racing process ended early: ${err}`);
      return JSON.parse(last);
    }),
  };
}

function readLines(child: ChildProcessWithoutNullStreams): { first: Promise<void>; all: Promise<string[]> } {
  let text = "";
  let began = () => {};
  const first = new Promise<void>((resolve) => {
    began = resolve;
  });
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes("\n")) began();
  });
  const all = new Promise<string[]>((resolve) => {
    child.once("close", () => {
      began();
      resolve(text.trim().split("\n"));
    });
  });
  return { first, all };
}
