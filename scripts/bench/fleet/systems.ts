import type { PlayTarget } from "./play-shapes.ts";

/** One simulated PC as a system in front of it knows it: where it is, and what is on its disk. */
export interface KnownPc {
  readonly name: string;
  readonly port: number;
  readonly models: readonly string[];
}

export interface SystemOptions {
  readonly pcs: readonly KnownPc[];
  /** A folder of its own for configuration and temporary files. */
  readonly folder: string;
  /** How many times as fast as real time the PCs are: every timeout of a system is divided by it. */
  readonly scale: number;
  /** Of the workload, for proxies that read bodies. */
  readonly largestBodyBytes?: number;
}

/** A system under test, listening: something that programs send Ollama's requests to. */
export interface RunningSystem {
  readonly url: string;
  /** Sent with requests of a class: a token. */
  readonly headers?: PlayTarget["headers"];
  /** CPU time used so far, in microseconds. */
  cpuUs(): number;
  /** What it told those who waited, where it tells; times in virtual milliseconds. */
  estimates?(): Promise<readonly { readonly shownMs: number; readonly waitedMs: number }[]>;
  stop(): Promise<void>;
}

export const SYSTEM_NAMES = ["piloto", "pinned", "haproxy", "least_conn", "round_robin"] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];

/** As tables and charts call them. */
export const SYSTEM_TITLES: Readonly<Record<SystemName, string>> = {
  piloto: "Piloto",
  pinned: "HAProxy, models pinned by hand",
  haproxy: "HAProxy leastconn + maxconn",
  least_conn: "nginx least_conn",
  round_robin: "round robin",
};
