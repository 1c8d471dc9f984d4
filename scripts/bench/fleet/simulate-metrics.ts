import type { SimRecord, SimResult } from "./simulate.ts";

/** What one run of one policy shows. Times in virtual seconds. */
export interface SimSummary {
  readonly requests: number;
  /** Time to first token, from the arrival. */
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** From the arrival to the last token, on average. */
  readonly flow: number;
  /** From the first arrival to the last answer. */
  readonly makespan: number;
  readonly loads: number;
  readonly unloads: number;
  readonly loadSeconds: number;
  /** The part of the answers whose prompt was partly in a cache. */
  readonly prefixHits: number;
  /** Times that a client was told of a failure; requests never answered; answers made beyond the first. */
  readonly errors: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Of the requests that waited: the part whose first estimate was within a factor of two; NaN: none was given. */
  readonly estimatesWithin2: number;
  readonly estimates: number;
}

/** `of`: only requests for which it holds; counts of loads and caches are always of the whole run. */
export function summarise(result: SimResult, of: (record: SimRecord) => boolean = () => true): SimSummary {
  const records = result.records.filter(of);
  const answered = records.filter(({ doneMs }) => doneMs !== undefined);
  const waits = answered.map((record) => (record.firstMs! - record.request.atMs) / 1000).sort((a, b) => a - b);
  const { counts } = result;
  const quality = estimateQuality(records);
  return {
    requests: records.length,
    mean: mean(waits),
    p50: quantile(waits, 0.5),
    p95: quantile(waits, 0.95),
    p99: quantile(waits, 0.99),
    flow: mean(answered.map((record) => (record.doneMs! - record.request.atMs) / 1000)),
    makespan: (result.endMs - result.measuredFromMs) / 1000,
    loads: counts.loads,
    unloads: counts.unloads,
    loadSeconds: counts.loadMs / 1000,
    prefixHits: counts.answers > 0 ? counts.prefixHits / counts.answers : 0,
    errors: records.reduce((sum, { errors }) => sum + errors, 0),
    lost: records.length - answered.length,
    duplicated: records.reduce((sum, { answers }) => sum + Math.max(0, answers - 1), 0),
    ...quality,
  };
}

/** Under this many milliseconds nobody is told a time, and twice of it means nothing. */
const TOO_SHORT_MS = 500;

function estimateQuality(records: readonly SimRecord[]) {
  const told = records.filter(({ estimateMs, firstMs }) => estimateMs !== undefined && firstMs !== undefined);
  const good = told.filter((record) => {
    const actual = Math.max(TOO_SHORT_MS, record.firstMs! - record.request.atMs);
    const guess = Math.max(TOO_SHORT_MS, record.estimateMs!);
    return guess <= 2 * actual && actual <= 2 * guess;
  });
  return { estimates: told.length, estimatesWithin2: good.length / told.length };
}

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of sorted values, the nearest rank. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}
