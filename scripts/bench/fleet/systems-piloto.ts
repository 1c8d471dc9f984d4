import type { RunningSystem, SystemOptions } from "./systems.ts";

export function startPiloto(_options: SystemOptions): Promise<RunningSystem> {
  throw new Error("not yet");
}
