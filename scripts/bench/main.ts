import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { Bench, Figure } from "./figure.ts";

/**
 * `npm run bench -- NAME [--json] [ARGS]`. A bench is any file beside this one that exports `bench`.
 * Prints a table for people; with `--json` one object as the last line of stdout. Exit 1 when a goal is missed,
 * 2 when there is no such bench.
 */
async function main(argv: readonly string[]): Promise<number> {
  const asJson = argv.includes("--json");
  const [name, ...args] = argv.filter((arg) => arg !== "--json");
  const names = benchNames();
  if (name === undefined || name === "--help") return list(names);
  if (!names.includes(name)) {
    console.error(`There is no bench "${name}". There are: ${names.join(", ") || "none"}.`);
    return 2;
  }
  const bench = await load(name);
  if (!bench) throw new Error(`scripts/bench/${name}.ts exports no bench.`);
  const figures = await bench.run({ args, log: (text) => console.error(text) });
  printTable(figures, asJson ? console.error : console.log);
  if (asJson) console.log(JSON.stringify({ bench: bench.name, figures }));
  return figures.every((figure) => figure.holds) ? 0 : 1;
}

const folder = path.join(process.cwd(), "scripts", "bench");

/** The files here that export `bench`; the others are the harness and parts of benches. */
function benchNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => /^export const bench\b/m.test(readFileSync(path.join(folder, file), "utf8")))
    .map((file) => file.slice(0, -3))
    .sort();
}

async function list(names: readonly string[]): Promise<number> {
  console.log("Usage: npm run bench -- NAME [--json] [ARGS]\n");
  for (const name of names) {
    const bench = await load(name);
    if (bench) console.log(`  ${name.padEnd(12)} ${bench.summary}`);
  }
  return 0;
}

/** `undefined` for a file that holds a part of a bench. */
async function load(name: string): Promise<Bench | undefined> {
  const outfile = path.join(process.cwd(), "dist", "run", `bench-${name}.${process.pid}.mjs`);
  await build({
    entryPoints: [path.join(folder, `${name}.ts`)],
    bundle: true,
    outfile,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
  });
  try {
    return ((await import(pathToFileURL(outfile).href)) as { bench?: Bench }).bench;
  } finally {
    rmSync(outfile, { force: true });
  }
}

function printTable(figures: readonly Figure[], print: (text: string) => void): void {
  const rows = figures.map((f) => [f.name, number(f.value), f.unit, f.goal, f.goal === "" ? "" : verdict(f)]);
  const all = [["figure", "value", "unit", "goal", ""], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  for (const row of all)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    );
}

const verdict = (figure: Figure): string => (figure.holds ? "holds" : "MISSED");

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

process.exitCode = await main(process.argv.slice(2));
