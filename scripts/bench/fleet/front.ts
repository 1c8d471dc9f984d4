import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BenchContext, Figure } from "../figure.ts";
import { type Asker, openAsker } from "./front-ask.ts";
import type { FrontOptions } from "./front-shapes.ts";
import { FRONT_TOKENS } from "./front-shapes.ts";
import { startHaproxy } from "./rivals-haproxy.ts";
import { startNginx } from "./rivals-nginx.ts";
import type { RunningSystem } from "./systems.ts";
import { cpuUs, nextMessage, startNode } from "./systems-child.ts";

const MODEL = "small:8b";
const NAMES = ["direct", "nginx", "haproxy", "front"] as const;
type Name = (typeof NAMES)[number];

/** About 2 KB, as programs send it. */
const BODY = JSON.stringify({
  model: MODEL,
  messages: [
    { role: "system", content: "You are a careful clerk. ".repeat(30) },
    { role: "user", content: "Please look at the list and tell what is missing. ".repeat(22) },
  ],
  options: { temperature: 0.2, num_predict: 200 },
  stream: true,
});

export interface FrontBenchOptions {
  /** Rounds that count; in each, every system is measured once, one after the other. */
  readonly rounds: number;
  /** Requests to each system in one round. */
  readonly each: number;
}

/** What one system showed, one value a round. */
interface Shown {
  readonly p50Us: number[];
  readonly cpuUs: number[];
  readonly perSecond: number[];
}

/**
 * What the front adds to a request: a POST of 2 KB with an answer of one piece, one at a time, against the PC itself,
 * nginx and HAProxy (which reads the model's name) in the same rounds. The PC stub, the front, nginx and HAProxy are
 * processes of their own; this one asks.
 */
export async function measureFront(options: FrontBenchOptions, log: BenchContext["log"]): Promise<Figure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-front-"));
  const systems = await startSystems(folder);
  try {
    const shown = await playRounds(systems, options);
    for (const name of NAMES) log(told(name, shown));
    return figuresOf(shown);
  } finally {
    await Promise.all(NAMES.map((name) => systems[name].stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

type Systems = Readonly<Record<Name, RunningSystem>>;

async function startSystems(folder: string): Promise<Systems> {
  const pc = await startNode("front-pc-child.ts", [MODEL]);
  const { port } = await nextMessage(pc, readyMessage);
  const url = `http://127.0.0.1:${port}`;
  const options = { pcs: [{ name: "pc", port: port ?? 0, models: [MODEL] }], folder, scale: 1 };
  const told: FrontOptions = { nodes: [{ name: "pc", url, slots: 64 }] };
  const front = await startNode("front-child.ts", [JSON.stringify(told)]);
  const ready = await nextMessage(front, readyMessage);
  return {
    direct: { url, cpuUs: () => cpuUs(pc.pid), stop: () => pc.stop() },
    nginx: await startNginx(options),
    haproxy: await startHaproxy(new Map([[MODEL, ["pc"]]]), options),
    front: { url: ready.url ?? "", cpuUs: () => cpuUs(front.pid), stop: () => front.stop() },
  };
}

function readyMessage(message: unknown): { readonly url?: string; readonly port?: number } | undefined {
  const told = message as { kind?: string; url?: string; port?: number };
  return told.kind === "ready" ? told : undefined;
}

/** Rounds before those that count: Node compiles what is hot. */
const WARM_UP = 3;
const AT_ONCE = 16;

async function playRounds(systems: Systems, { rounds, each }: FrontBenchOptions): Promise<Record<Name, Shown>> {
  const nothing = (): Shown => ({ p50Us: [], cpuUs: [], perSecond: [] });
  const shown = { direct: nothing(), nginx: nothing(), haproxy: nothing(), front: nothing() };
  const askers = await openAll(systems);
  for (let round = 0; round < rounds + WARM_UP; round++) {
    for (const name of NAMES) {
      const found = await playRound(systems[name], askers[name], each);
      if (round < WARM_UP) continue;
      shown[name].p50Us.push(found.p50Us);
      shown[name].cpuUs.push(found.cpuUs);
      shown[name].perSecond.push(found.perSecond);
    }
  }
  for (const name of NAMES) for (const asker of askers[name]) asker.close();
  return shown;
}

async function openAll(systems: Systems): Promise<Record<Name, Asker[]>> {
  const open = (name: Name) =>
    Promise.all(Array.from({ length: AT_ONCE }, () => openAsker(systems[name].url, BODY, FRONT_TOKENS.interactive)));
  return {
    direct: await open("direct"),
    nginx: await open("nginx"),
    haproxy: await open("haproxy"),
    front: await open("front"),
  };
}

/** One at a time first, then sixteen at once. */
async function playRound(system: RunningSystem, askers: readonly Asker[], each: number) {
  const beforeUs = system.cpuUs();
  const times: number[] = [];
  for (let i = 0; i < each; i++) times.push(await askers[0]!.ask());
  const cpu = (system.cpuUs() - beforeUs) / each;
  const startedMs = performance.now();
  await Promise.all(
    askers.map(async (asker) => {
      for (let i = 0; i < each / AT_ONCE; i++) await asker.ask();
    }),
  );
  return { p50Us: medianOf(times), cpuUs: cpu, perSecond: (each / (performance.now() - startedMs)) * 1000 };
}

/** The middle one of what was added in each round to the PC alone in the same round. */
function addedUs(name: Name, shown: Record<Name, Shown>): number {
  return medianOf(shown[name].p50Us.map((us, round) => us - shown.direct.p50Us[round]!));
}

function figuresOf(shown: Record<Name, Shown>): Figure[] {
  const tellUs = (name: string, value: number): Figure => ({ name, value, unit: "us", goal: "", holds: true });
  const added = addedUs("front", shown);
  return [
    { name: "front_added_us_p50", value: added, unit: "us", goal: "<= 300", holds: added <= 300 },
    tellUs("nginx_added_us_p50", addedUs("nginx", shown)),
    tellUs("haproxy_added_us_p50", addedUs("haproxy", shown)),
    tellUs("front_cpu_us", medianOf(shown.front.cpuUs)),
  ];
}

function told(name: Name, shown: Record<Name, Shown>): string {
  const { p50Us, cpuUs: cpu, perSecond } = shown[name];
  const figures = [
    `p50 ${medianOf(p50Us).toFixed(0)} us (${Math.min(...p50Us).toFixed(0)} at best)`,
    `added ${addedUs(name, shown).toFixed(0)} us`,
    `CPU ${medianOf(cpu).toFixed(0)} us`,
    `${medianOf(perSecond).toFixed(0)}/s with ${AT_ONCE} at once`,
  ];
  return `${name.padEnd(8)} ${figures.join(", ")}`;
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
