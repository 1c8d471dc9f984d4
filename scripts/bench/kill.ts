import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { verifyAudit } from "../../core/access/verify-audit.ts";
import type { PlanRun } from "../../core/domain/plan-run.ts";
import { openSqlite, type SqliteStores } from "../../storage/index.ts";
import type { Bench, Figure } from "./figure.ts";

/** Kills a working process again and again, and looks whether anything it had promised is gone. `--kills N`. */
export const bench: Bench = {
  name: "kill",
  summary: "kill -9 of a working process, 1,000 times or --kills N: acknowledged confirms lost, effects repeated",
  async run({ args, log }) {
    const at = args.indexOf("--kills");
    const kills = at >= 0 ? Number(args[at + 1]) : 1_000;
    if (!Number.isInteger(kills) || kills < 1) throw new Error("--kills needs a whole number above 0.");
    return killLoop(kills, log);
  },
};

/** From `ready` on, so that recovering itself is hit too. */
const SHORTEST_LIFE_MS = 5;
const LONGEST_LIFE_MS = 120;

async function killLoop(kills: number, log: (text: string) => void): Promise<Figure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-kill-"));
  const program = await bundle(folder);
  const acknowledged: string[] = [];
  try {
    for (let n = 1; n <= kills; n++) {
      acknowledged.push(...(await oneLife(program, { folder, boot: `b${n}` })));
      if (n % 50 === 0) log(`${n} kills, ${acknowledged.length} acknowledged confirms`);
    }
    await lastLife(program, folder);
    return await figures(folder, { kills, acknowledged });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(program, { force: true });
  }
}

async function bundle(folder: string): Promise<string> {
  const outfile = path.resolve("dist", "run", `${path.basename(folder)}.mjs`);
  const entryPoints = [path.resolve("scripts/bench/kill-child.ts")];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
  });
  return outfile;
}

async function oneLife(program: string, { folder, boot }: { folder: string; boot: string }): Promise<string[]> {
  const child = spawn(process.execPath, [program, path.join(folder, "data"), boot, "work"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const read = reading(child);
  await read.ready;
  await new Promise((resolve) => {
    setTimeout(resolve, SHORTEST_LIFE_MS + Math.random() * (LONGEST_LIFE_MS - SHORTEST_LIFE_MS));
  });
  if (child.exitCode !== null) throw new Error(`The process to be killed ended by itself with ${child.exitCode}.`);
  child.kill("SIGKILL");
  const text = await read.all;
  // A line that was cut by the kill was not an acknowledgement anybody could read.
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line.startsWith("ack ")).map((line) => line.slice(4));
}

async function lastLife(program: string, folder: string): Promise<void> {
  const child = spawn(process.execPath, [program, path.join(folder, "data"), "last", "finish"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`The process that finishes what was left ended with ${code}.`);
}

function reading(child: ChildProcess): { ready: Promise<void>; all: Promise<string> } {
  let text = "";
  let begin = () => {};
  const ready = new Promise<void>((resolve) => {
    begin = resolve;
  });
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (text.startsWith("ready\n")) begin();
  });
  const all = new Promise<string>((resolve) => {
    child.once("close", () => {
      begin();
      resolve(text);
    });
  });
  return { ready, all };
}

async function figures(folder: string, { kills, acknowledged }: { kills: number; acknowledged: readonly string[] }) {
  const stores = await openSqlite({ folder: path.join(folder, "data") });
  const times = new Map<string, number>();
  const ledger = readFileSync(path.join(folder, "data", "effects.txt"), "utf8");
  for (const key of ledger.split("\n")) if (key !== "") times.set(key, (times.get(key) ?? 0) + 1);
  let lost = 0;
  let repeated = 0;
  let missing = 0;
  for (const id of acknowledged) {
    const run = await stores.read((tx) => tx.runs.get(id as PlanRun["id"]));
    if (run?.state !== "done") lost += 1;
    for (const step of run?.plan.steps ?? []) {
      const effects = times.get(`${id}-${step.number}`) ?? 0;
      if (effects === 0) missing += 1;
      if (step.replay === "never" && effects > 1) repeated += 1;
    }
  }
  const found: Figure[] = [
    { name: "kills", value: kills, unit: "count", goal: "", holds: true },
    { name: "acknowledged", value: acknowledged.length, unit: "count", goal: "> 0", holds: acknowledged.length > 0 },
    none("acknowledged_lost", lost),
    none("effects_missing", missing),
    none("never_repeated_effects_repeated", repeated),
    none("runs_not_over", await notOver(stores)),
    none("audit_breaks", (await verifyAudit([], { stores })).kind === "whole" ? 0 : 1),
  ];
  await stores.close();
  return found;
}

async function notOver(stores: SqliteStores): Promise<number> {
  const page = await stores.read((tx) => tx.runs.page({ states: ["queued", "running", "waiting"] }, { limit: 200 }));
  return page.items.length;
}

const none = (name: string, value: number): Figure => ({ name, value, unit: "count", goal: "= 0", holds: value === 0 });
