import type { RunningSystem, SystemOptions } from "./systems.ts";
import { cpuUs, nextMessage, startNode } from "./systems-child.ts";

/** Round robin in Node: PCs that have the model take turns, two requests each, whatever they hold in memory. */
export async function startRoundRobin({ pcs, scale }: SystemOptions): Promise<RunningSystem> {
  const child = await startNode("rivals-round-robin-child.ts", [JSON.stringify(pcs), String(scale)]);
  const port = await nextMessage(child, (message) => (message as { port?: number }).port);
  return { url: `http://127.0.0.1:${port}`, cpuUs: () => cpuUs(child.pid), stop: () => child.stop() };
}
