import { connect } from "node:net";
import { type BenchChild, cpuUs, freePort } from "./systems-child.ts";

/** A program that listens, with the port that it was given. */
export interface ListeningProgram {
  readonly url: string;
  cpuUs(): number;
  stop(): Promise<void>;
}

/** A port that was free a moment ago may be taken by then: another one is tried. */
const PORTS = 4;

/** Starts a program at a free port of the loopback. @throws when it does not listen there, nor at any other */
export async function startListening(start: (port: number) => BenchChild): Promise<ListeningProgram> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const child = start(port);
    if (await isListening(port, child)) {
      return { url: `http://127.0.0.1:${port}`, cpuUs: () => cpuUs(child.pid), stop: () => child.stop() };
    }
    const what = child.process.spawnargs.join(" ");
    await child.stop();
    if (tries === PORTS) throw new Error(`This did not listen at port ${port}: ${what}. Is its package installed?`);
  }
}

const LOOKS = 200;

/** Whether it does within ten seconds; `false` as soon as it has ended. */
async function isListening(port: number, { process: child }: BenchChild): Promise<boolean> {
  for (let looks = 0; looks < LOOKS && child.exitCode === null && child.pid !== undefined; looks++) {
    if (await listens(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
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
