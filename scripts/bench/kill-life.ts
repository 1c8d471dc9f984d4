import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { KillEvent, Person } from "./kill-person.ts";

/** When a life ends: so many milliseconds after something that was seen, for the first or the `times`th time. */
export interface Fate {
  readonly after: "spawn" | "first-line" | "confirm" | "done";
  readonly times?: number;
  readonly ms: number;
}

export interface Lived {
  /** From spawning to the first line of output; absent when there was none. */
  readonly firstLineMs: number | undefined;
  /** `undefined`: it was killed. */
  readonly code: number | undefined;
}

interface LifeOptions {
  readonly folder: string;
  readonly person: Person;
  /** New wishes. */
  readonly asks: number;
}

/** A life in which the moment does not come ends all the same: so long after its start, or its first line. */
const SILENT_MS = 10_000;
const LONGEST_MS = 1_200;

/** The built program, as a person starts it; killed with SIGKILL at the moment that was chosen. */
export async function killedLife(fate: Fate, options: LifeOptions): Promise<Lived> {
  const child = start(options.folder);
  let timer: NodeJS.Timeout | undefined;
  const kill = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill("SIGKILL"), ms);
  };
  kill(fate.after === "spawn" ? fate.ms : SILENT_MS);
  let left = fate.after === "spawn" ? 0 : (fate.times ?? 1);
  let isSilent = true;
  const lived = await live(child, options, (event) => {
    if (left === 0) return;
    if (isSilent) kill(LONGEST_MS);
    isSilent = false;
    if (!isMoment(event, fate)) return;
    left -= 1;
    if (left === 0) kill(fate.ms);
  });
  clearTimeout(timer);
  return lived;
}

function isMoment(event: KillEvent, { after }: Fate): boolean {
  if (after === "first-line") return true;
  if (after === "confirm") return event.type === "pressed" && event.decision.kind === "accepted";
  return event.type === "card" && event.state === "done";
}

/** A life that is left alone: until nothing is open and nothing was heard for a while; then it ends by itself. */
export async function quietLife(options: LifeOptions): Promise<Lived> {
  const child = start(options.folder);
  let heardAtMs = Date.now() + 2_000;
  const timer = setInterval(() => {
    if (Date.now() - heardAtMs > 700 && options.person.hasNothingOpen()) child.stdin?.end();
  }, 50);
  const lived = await live(child, options, () => {
    heardAtMs = Date.now();
  });
  clearInterval(timer);
  return lived;
}

const PROGRAM = path.resolve("bin", "piloto.js");

function start(folder: string): ChildProcess {
  return run(folder, ["chat", "--script", "-", "--json"]);
}

/** A command of the program on a data folder, with nothing of this process's own settings. */
export function run(folder: string, args: readonly string[]): ChildProcess {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, PILOTO_DATA_DIR: folder };
  return spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, env, stdio: ["pipe", "pipe", "inherit"] });
}

async function live(
  child: ChildProcess,
  { person, asks }: LifeOptions,
  heard: (event: KillEvent) => void,
): Promise<Lived> {
  const startedAtMs = performance.now();
  let firstLineMs: number | undefined;
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error("The program was started without pipes.");
  // Who was killed reads no more; what it had read counts, as far as it said so.
  stdin.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "ECONNRESET") throw error;
  });
  const ended = new Promise<{ code: number | undefined }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? undefined }));
  });
  person.begin((line) => stdin.writable && stdin.write(`${JSON.stringify(line)}\n`), asks);
  const lines = createInterface({ input: stdout });
  lines.on("line", (line) => {
    const event = readEvent(line);
    if (!event) return;
    firstLineMs ??= performance.now() - startedAtMs;
    heard(event);
    person.hear(event);
  });
  const { code } = await ended;
  return { firstLineMs, code };
}

/** `undefined` for a line that the kill cut. */
function readEvent(line: string): KillEvent | undefined {
  if (!line.endsWith("}")) return undefined;
  try {
    return JSON.parse(line) as KillEvent;
  } catch {
    return undefined;
  }
}
