import type { Clock } from "../../core/ports/clock.ts";
import type { Brain } from "./brain.ts";
import type { PcControl } from "./simulated-pc-control.ts";
import { startPcServer } from "./simulated-pc-server.ts";
import type { SimulatedPc } from "./simulated-pc-spec.ts";

/** Simulated GPU PCs, listening. */
export interface SimulatedPcs {
  /** For `createFleet`. */
  readonly nodes: readonly { readonly name: string; readonly url: string }[];
  readonly urls: readonly string[];
  /** By the PC's name. @throws Error when there is none: a mistake in the test. */
  control(name: string): PcControl;
  /** Cuts every connection. A second call does nothing. */
  stop(): Promise<void>;
}

export interface SimulationOptions {
  /** What every simulated model says. */
  readonly brain: Brain;
  readonly clock: Clock;
  /** Loads, prompts and tokens take this share of their simulated time: 1 (default) real time, 0 at once. */
  readonly timeFactor?: number;
}

/**
 * Starts PCs that speak Ollama's protocol over HTTP on the loopback, with no model behind them: what they say comes
 * from `brain`. They follow Ollama at fb30760 (2026-08-21) as the project's fact sheet describes it; a test holds
 * their answers against Ollama's OpenAPI file.
 */
export async function startSimulatedPcs(
  specs: readonly SimulatedPc[],
  { brain, clock, timeFactor = 1 }: SimulationOptions,
): Promise<SimulatedPcs> {
  const servers = await Promise.all(specs.map((spec) => startPcServer(spec, { brain, clock, timeFactor })));
  const controls = servers.map((server) => server.control);
  return {
    nodes: controls.map(({ name, url }) => ({ name, url })),
    urls: controls.map(({ url }) => url),
    control(name) {
      const found = controls.find((control) => control.name === name);
      if (!found) throw new Error(`There is no simulated PC named ${name}, only ${controls.map((c) => c.name)}.`);
      return found;
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
