import { CHART, decades, gridAcross, gridUp, logScale, n, SYSTEM_COLOURS, secondsMark, svg } from "./report-axes.ts";
import type { ReportTable } from "./report-rows.ts";
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
  const points = new Map<SystemName, { load: number; mean: number; low: number; high: number }[]>();
  for (const { perSecond: load, rows } of tables) {
    for (const { system, mean, meanOverSeeds } of rows) {
      const { low, high } = meanOverSeeds;
      points.set(system, [
        ...(points.get(system) ?? []),
        { load, mean, low: Number.isFinite(low) ? low : mean, high: Number.isFinite(high) ? high : mean },
      ]);
    }
  }
  const marks = decades([...points.values()].flat().flatMap(({ mean, high }) => [mean, high]));
  const y = logScale(marks[0]!, marks.at(-1)!, bottom, CHART.top);
  const loads = tables.map(({ perSecond }) => perSecond);
  const [first, last] = [Math.min(...loads), Math.max(...loads)];
  const x = (load: number) => CHART.left + 50 + ((load - first) / (last - first || 1)) * (right - CHART.left - 100);
  const lines = inOrder(points).map(([system, list]) => {
    const colour = SYSTEM_COLOURS[system];
    const line = list.map(({ load, mean }) => `${n(x(load))},${n(y(mean))}`).join(" ");
    const ends = list.map(
      ({ load, mean, low, high }) =>
        `<line stroke="${colour}" x1="${n(x(load))}" x2="${n(x(load))}" y1="${n(y(low))}" y2="${n(y(high))}"/>` +
        `<circle fill="${colour}" cx="${n(x(load))}" cy="${n(y(mean))}" r="4"/>`,
    );
    return `<polyline class="line" stroke="${colour}" points="${line}"/>${ends.join("")}`;
  });
  const grid = gridAcross(marks, y, secondsMark) + gridUp(loads, x, (load) => `${load}/s`);
  return svg("Mean time to first token by load", "requests a second", grid + lines.join(""));
}

/** Means of all scenarios, side by side. */
export function scenarioChart(tables: readonly ReportTable[]): string {
  const marks = decades(tables.flatMap(({ rows }) => rows.map(({ mean }) => mean)));
  const y = logScale(marks[0]!, marks.at(-1)!, bottom, CHART.top);
  const step = (right - CHART.left) / Math.max(1, tables.length);
  const bars = tables.map((table, at) => {
    const width = (step * 0.8) / SYSTEM_NAMES.length;
    const start = CHART.left + at * step + (step - width * table.rows.length) / 2;
    const label = table.key.toUpperCase().replace("_", " ").toLowerCase().replace("w", "W");
    return (
      table.rows
        .map(({ system, mean }, index) => {
          const [left, top] = [start + index * width, y(mean)];
          return `<rect fill="${SYSTEM_COLOURS[system]}" x="${n(left)}" y="${n(top)}" width="${n(width - 1)}" height="${n(bottom - top)}"/>`;
        })
        .join("") +
      `<text class="mark" x="${n(CHART.left + (at + 0.5) * step)}" y="${bottom + 18}" text-anchor="middle">${label}</text>`
    );
  });
  return svg("Mean time to first token by scenario", "scenario", gridAcross(marks, y, secondsMark) + bars.join(""));
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
