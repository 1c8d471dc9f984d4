import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Started {
  readonly readyMs: number;
  readonly idleRssMb: number;
}

const IDLE_AFTER_MS = 3_000;
const GIVE_UP_MS = 30_000;

/** Starts the built Piloto on an empty data folder: time until it says it is ready, and its memory when idle. */
export async function measureStart(): Promise<Started> {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-start-"));
  const env = { ...process.env, PILOTO_DATA_DIR: path.join(folder, "data"), PILOTO_PORT: String(await freePort()) };
  const startedAt = performance.now();
  const child = spawn(process.execPath, [path.resolve("bin/piloto.js"), "start", "--json"], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    await untilReady(child);
    const readyMs = performance.now() - startedAt;
    await new Promise((resolve) => setTimeout(resolve, IDLE_AFTER_MS));
    return { readyMs, idleRssMb: residentMb(child.pid!) };
  } finally {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

function untilReady(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    const giveUp = setTimeout(() => reject(new Error(`Piloto was not ready after ${GIVE_UP_MS} ms.`)), GIVE_UP_MS);
    child.once("exit", (code) => reject(new Error(`Piloto ended with ${code} instead of getting ready.`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.includes('"ready":true')) return;
      clearTimeout(giveUp);
      resolve();
    });
  });
}

/** Linux tells it in /proc: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
