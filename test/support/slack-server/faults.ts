import { type Random, seeded } from "../seeded.ts";

/** `before`: nothing happened. `after`: it happened, and the app is not told. */
export type FaultKind =
  | "5xx-before"
  | "5xx-after"
  | "cut-before"
  | "cut-after"
  | "hang-before"
  | "hang-after"
  | "429"
  | "ratelimited-200"
  | "ok-false";

export interface Fault {
  how: FaultKind;
  /** For `429` and `ratelimited-200`. Default 1. */
  retryAfterSec?: number;
  /** For `ok-false`. Default "internal_error". */
  error?: string;
  /** For 5xx. Default 503. */
  status?: number;
}

export interface PlannedFault extends Fault {
  /** A Web API method, or "*" for any. */
  method: string;
  /** Default 1. */
  times?: number;
  /** Only calls with these arguments. */
  when?: (args: Record<string, unknown>) => boolean;
}

export interface ChaosRates {
  /** Chance per Web API call, by kind: `{ "429": 0.02, "5xx-after": 0.01 }`. */
  calls?: Partial<Record<FaultKind, number>>;
  /** The methods that `calls` strikes. Default: all but apps.connections.open and auth.test. */
  methods?: string[];
  retryAfterSec?: number;
  /** Chance that an event is delivered twice. */
  duplicate?: number;
  /** Deliveries start after a random time up to this, which also reorders them. */
  delayMs?: number;
  /** Chance per delivery that a connection is cut, or asked to refresh, after it. */
  cut?: number;
  refresh?: number;
}

export interface DeliveryChaos {
  delayMs(): number;
  duplicates(): boolean;
}

export interface Faults {
  failNext(fault: PlannedFault): void;
  chaos(options: { seed: number; rates: ChaosRates }): void;
  /** No chaos and no planned fault from here on. */
  calm(): void;
  /** The fault that strikes this call, if any. */
  strike(method: string, args: Record<string, unknown>): Fault | undefined;
  deliveryChaos(): DeliveryChaos | undefined;
  /** What to do to the connections after a delivery. */
  connectionChaos(): "cut" | "refresh" | undefined;
  /** How often each kind struck. */
  readonly struck: Partial<Record<FaultKind, number>>;
}

const SPARED = new Set(["apps.connections.open", "auth.test"]);

/** Failures: planned ones first, then those that chance brings. The same seed brings the same ones. */
export function faults(): Faults {
  let planned: { fault: PlannedFault; left: number }[] = [];
  let chaos: { random: Random; rates: ChaosRates } | undefined;
  const struck: Faults["struck"] = {};

  function next(method: string, args: Record<string, unknown>): Fault | undefined {
    const entry = planned.find(
      ({ fault }) => (fault.method === "*" || fault.method === method) && (fault.when?.(args) ?? true),
    );
    if (entry) {
      if (--entry.left <= 0) planned = planned.filter((other) => other !== entry);
      return entry.fault;
    }
    return chaos && chanceFault(chaos, method);
  }

  return {
    struck,
    failNext(fault) {
      planned.push({ fault, left: fault.times ?? 1 });
    },
    chaos({ seed, rates }) {
      chaos = { random: seeded(seed), rates };
    },
    calm() {
      planned = [];
      chaos = undefined;
    },
    strike(method, args) {
      const fault = next(method, args);
      if (fault) struck[fault.how] = (struck[fault.how] ?? 0) + 1;
      return fault;
    },
    deliveryChaos() {
      if (!chaos) return undefined;
      const { random, rates } = chaos;
      return {
        delayMs: () => random() * (rates.delayMs ?? 0),
        duplicates: () => random() < (rates.duplicate ?? 0),
      };
    },
    connectionChaos() {
      if (!chaos) return undefined;
      const drawn = chaos.random();
      const cut = chaos.rates.cut ?? 0;
      if (drawn < cut) return "cut";
      return drawn < cut + (chaos.rates.refresh ?? 0) ? "refresh" : undefined;
    },
  };
}

function chanceFault({ random, rates }: { random: Random; rates: ChaosRates }, method: string): Fault | undefined {
  if (rates.methods ? !rates.methods.includes(method) : SPARED.has(method)) return undefined;
  let drawn = random();
  for (const [how, rate] of Object.entries(rates.calls ?? {}) as [FaultKind, number][]) {
    if (drawn < rate) return { how, ...(rates.retryAfterSec ? { retryAfterSec: rates.retryAfterSec } : {}) };
    drawn -= rate;
  }
  return undefined;
}
