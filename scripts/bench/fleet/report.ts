import type { LimitsRow } from "./figures-limits.ts";
import type { ReportRow, ReportTable } from "./report-rows.ts";
import { SYSTEM_TITLES } from "./systems.ts";

/** Above this share of the computer's time its own speed is in the times. */
export const BUSY_SHARE = 0.85;

/** The tables for people, as text. */
export function reportText(tables: readonly ReportTable[]): string {
  return tables
    .map((table) => `${table.title} (${conditions(table)})\n${align([COLUMNS, ...table.rows.map(cells)])}`)
    .join("\n\n");
}

/** Under a table's title: load, size, and whether the computer was too busy for its times. */
export function conditions({ perSecond, seeds, requests, busyShare, lateP99Ms }: ReportTable): string {
  const size = `${perSecond} requests/s, ${seeds} ${seeds === 1 ? "seed" : "seeds"}, ${requests} requests`;
  const busy = `processors ${(busyShare * 100).toFixed(0)} % busy, requests left ${lateP99Ms.toFixed(1)} ms late (p99)`;
  return `${size}; ${busy}${busyShare > BUSY_SHARE ? ": TOO BUSY, times are not to be trusted" : ""}`;
}

export const COLUMNS = [
  "time to first token, virtual s",
  "mean",
  "95 % over seeds",
  "p50",
  "p95",
  "p99",
  "whole answer",
  "loads",
  "evicted",
  "cache hits",
  "sent again",
  "unanswered",
  "twice",
  "CPU us/request",
] as const;

export function cells(row: ReportRow): string[] {
  const { low, high } = row.meanOverSeeds;
  return [
    SYSTEM_TITLES[row.system],
    seconds(row.mean),
    Number.isFinite(low) ? `${seconds(Math.max(0, low))} to ${seconds(high)}` : "",
    seconds(row.p50),
    seconds(row.p95),
    seconds(row.p99),
    seconds(row.flow),
    row.loads.toFixed(0),
    row.evicted.toFixed(0),
    row.prefixHits.toFixed(2),
    String(row.again),
    String(row.unanswered),
    String(row.twice),
    row.cpuUsPerRequest.toFixed(0),
  ];
}

export const seconds = (value: number): string => (value < 100 ? value.toFixed(2) : value.toFixed(0));

/** The limits, beside what was reached in the same simulation. */
export function limitsText(rows: readonly LimitsRow[]): string {
  const title = "Limits, in the simulation without HTTP (virtual s; no policy can go below L1 to L4)";
  return `${title}\n${align([LIMIT_COLUMNS, ...rows.map(limitCells)])}`;
}

export const LIMIT_COLUMNS = [
  "mean time to first token",
  "L1 alone",
  "L5 clairvoyant",
  "L5 in order",
  "Piloto",
  "pinned by hand",
  "whole answer: L2",
  "Piloto",
  "L3 makespan",
  "L4 loads",
  "requests/s at most",
] as const;

export const limitCells = (row: LimitsRow): string[] => [
  row.title,
  ...[row.firstToken, row.clairvoyant, row.inOrder, row.piloto, row.pinned, row.flow, row.pilotoFlow, row.makespan].map(
    seconds,
  ),
  row.loads.toFixed(0),
  row.capacityPerS.toFixed(2),
];

function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  ");
  return rows.map((row) => `  ${line(row)}`).join("\n");
}
