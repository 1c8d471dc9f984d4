import type { Scale } from "./report-axes.ts";
import { CHART, decades, gridAcross, gridUp, logScale, n, SYSTEM_COLOURS, secondsMark, svg } from "./report-axes.ts";
import type { ReportRow, ReportTable } from "./report-rows.ts";
import { SYSTEM_NAMES, type SystemName } from "./systems.ts";

const bottom = CHART.height - CHART.bottom;
const right = CHART.width - CHART.right;

/** Which part of the requests had its first token after how long. Times in seconds, by system. */
export function distributionChart(times: ReadonlyMap<SystemName, readonly number[]>): string {
  const marks = decades([...times.values()].flat());
  const x = logScale(marks[0]!, marks.at(-1)!, CHART.left, right);
  const y = (share: number) => bottom - share * (bottom - CHART.top);
  const lines = inOrder(times).map(([system, values]) => {
    const sorted = [...values].sort((a, b) => a - b);
    const points = sorted.map((value, index) => `${n(x(value))},${n(y((index + 1) / sorted.length))}`);
    return `<polyline class="line" stroke="${SYSTEM_COLOURS[system]}" points="${thin(points).join(" ")}"/>`;
  });
  const grid = gridAcross([0, 0.25, 0.5, 0.75, 1], y, (share) => `${share * 100} %`) + gridUp(marks, x, secondsMark);
  return svg("Distribution of the time to first token", "time to first token", grid + lines.join(""));
}

/** Mean time to first token at each load, with the interval over the seeds. */
export function loadChart(tables: readonly ReportTable[]): string {
  const marks = decades(tables.flatMap(({ rows }) => rows.flatMap(endsOf)));
  const y = logScale(marks[0]!, marks.at(-1)!, bottom, CHART.top);
  const loads = tables.map(({ perSecond }) => perSecond);
  const [first, last] = [Math.min(...loads), Math.max(...loads)];
  const x = (load: number) => CHART.left + 50 + ((load - first) / (last - first || 1)) * (right - CHART.left - 100);
  const lines = SYSTEM_NAMES.toReversed().map((system) => {
    const found = tables.flatMap(({ perSecond, rows }) =>
      rows.filter((row) => row.system === system).map((row) => ({ at: x(perSecond), row })),
    );
    const line = found.map(({ at, row }) => `${n(at)},${n(y(row.mean))}`).join(" ");
    const drawn = `<polyline class="line" stroke="${SYSTEM_COLOURS[system]}" points="${line}"/>`;
    return drawn + found.map(({ at, row }) => pointOf(row, at, y)).join("");
  });
  const grid = gridAcross(marks, y, secondsMark) + gridUp(loads, x, (load) => `${load}/s`);
  return svg("Mean time to first token by load", "requests a second", grid + lines.join(""));
}

const BETWEEN_POINTS = 9;

/** Means of all scenarios, side by side, with their intervals. */
export function scenarioChart(tables: readonly ReportTable[]): string {
  const marks = decades(tables.flatMap(({ rows }) => rows.flatMap(endsOf)));
  const y = logScale(marks[0]!, marks.at(-1)!, bottom, CHART.top);
  const step = (right - CHART.left) / Math.max(1, tables.length);
  const groups = tables.map(({ key, rows }, at) => {
    const middle = CHART.left + (at + 0.5) * step;
    const label = `W${key.slice(1).replace("_", " ")}`;
    const points = rows.map((row, index) => pointOf(row, middle + (index - (rows.length - 1) / 2) * BETWEEN_POINTS, y));
    return `${points.join("")}<text class="mark" x="${n(middle)}" y="${bottom + 18}" text-anchor="middle">${label}</text>`;
  });
  return svg("Mean time to first token by scenario", "scenario", gridAcross(marks, y, secondsMark) + groups.join(""));
}

/** Where the mean and its interval lie; the interval of one seed is the mean. */
function endsOf({ mean, meanOverSeeds: { low, high } }: ReportRow): [mean: number, low: number, high: number] {
  return Number.isFinite(low) ? [mean, Math.max(low, mean / 100), high] : [mean, mean, mean];
}

function pointOf(row: ReportRow, at: number, y: Scale): string {
  const colour = SYSTEM_COLOURS[row.system];
  const [mean, low, high] = endsOf(row);
  return (
    `<line stroke="${colour}" x1="${n(at)}" x2="${n(at)}" y1="${n(y(low))}" y2="${n(y(high))}"/>` +
    `<circle fill="${colour}" cx="${n(at)}" cy="${n(y(mean))}" r="4"/>`
  );
}

/** Piloto is drawn last, over the others. */
const inOrder = <T>(of: ReadonlyMap<SystemName, T>): [SystemName, T][] =>
  SYSTEM_NAMES.toReversed().flatMap((name) => {
    const found = of.get(name);
    return found === undefined ? [] : [[name, found] as [SystemName, T]];
  });

const MOST_POINTS = 400;

function thin(points: readonly string[]): readonly string[] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}
