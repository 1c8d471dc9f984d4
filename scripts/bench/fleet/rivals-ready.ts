import { connect } from "node:net";
import type { BenchChild } from "./systems-child.ts";

const TRIES = 200;

/** Resolves when something listens at the port. @throws when the program ends before, or after ten seconds */
export async function untilListening(port: number, child: BenchChild): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (child.process.exitCode !== null) break;
    if (await listens(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await child.stop();
  throw new Error(`${child.process.spawnfile} did not listen at port ${port}. Is Debian's package installed?`);
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
