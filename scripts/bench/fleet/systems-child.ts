import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { build } from "esbuild";

/** A program that the bench started. It never outlives the bench. */
export interface BenchChild {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Kills it and waits for its end. A second call does nothing. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly folder?: string;
  /** A child of Node that speaks with the bench by `process.send`. */
  readonly hasChannel?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** What it says on stderr while it runs; else it comes to ours. */
  readonly isQuiet?: boolean;
}

const alive = new Set<ChildProcess>();
let isWatching = false;

/**
 * Starts a program. It is killed when the bench ends, however that happens: by its own end, Ctrl+C, SIGTERM, or (where
 * Debian's `setpriv` is there) a SIGKILL.
 */
export function startProgram(file: string, args: readonly string[], options: ProgramOptions = {}): BenchChild {
  killAllAtTheEnd();
  const [program, ...rest] = existsSync("/usr/bin/setpriv")
    ? ["/usr/bin/setpriv", "--pdeathsig", "KILL", file, ...args]
    : [file, ...args];
  const stderr = options.isQuiet ? "ignore" : "inherit";
  const child = spawn(program!, rest, {
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
    stdio: options.hasChannel ? ["ignore", "ignore", stderr, "ipc"] : ["ignore", "ignore", stderr],
    serialization: "advanced",
    env: { ...process.env, ...options.env },
  });
  alive.add(child);
  const gone = new Promise<void>((resolve) => {
    const end = () => {
      alive.delete(child);
      resolve();
    };
    child.once("exit", end);
    child.once("error", end);
  });
  return {
    process: child,
    pid: child.pid ?? 0,
    async stop() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await gone;
    },
  };
}

const bundles = new Map<string, Promise<string>>();

/** Starts a TypeScript file of this folder in a Node of its own, with a channel. It is bundled once. */
export async function startNode(
  file: string,
  args: readonly string[] = [],
  options: ProgramOptions = {},
): Promise<BenchChild> {
  const bundle = bundles.get(file) ?? bundleOf(file);
  bundles.set(file, bundle);
  return startProgram(process.execPath, ["--enable-source-maps", await bundle, ...args], {
    hasChannel: true,
    ...options,
  });
}

async function bundleOf(file: string): Promise<string> {
  const outfile = path.join(process.cwd(), "dist", "run", `fleet-${path.basename(file, ".ts")}.${process.pid}.mjs`);
  mkdirSync(path.dirname(outfile), { recursive: true });
  await build({
    entryPoints: [path.join(process.cwd(), "scripts", "bench", "fleet", file)],
    bundle: true,
    outfile,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
  });
  process.once("exit", () => rmSync(outfile, { force: true }));
  return outfile;
}

/** The next message of a child that `read` recognises. @throws when the child ends before */
export function nextMessage<T>({ process: child }: BenchChild, read: (message: unknown) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      const found = read(message);
      if (found === undefined) return;
      leave();
      resolve(found);
    };
    const onExit = (code: number | null) => {
      leave();
      reject(new Error(`A process of the bench ended with code ${code} before it had answered.`));
    };
    const leave = () => {
      child.off("message", onMessage);
      child.off("exit", onExit);
    };
    child.on("message", onMessage);
    child.on("exit", onExit);
  });
}

/** A port of the loopback that nobody listens at now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
}

/** CPU time that a process has used so far, all its threads, in microseconds; 0 where the system does not tell. */
export function cpuUs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return 0;
  let ns = 0;
  for (const task of readdirSync(tasks)) ns += Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]);
  return ns / 1000;
}

function killAllAtTheEnd(): void {
  if (isWatching) return;
  isWatching = true;
  process.once("exit", () => {
    for (const child of alive) child.kill("SIGKILL");
  });
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}
