import type { SystemName } from "./systems.ts";

/** Size and margins of every chart, in units of its viewBox. */
export const CHART = { width: 720, height: 340, left: 64, right: 36, top: 16, bottom: 44 } as const;

/** Piloto stands out; the rival to beat comes next. */
export const SYSTEM_COLOURS: Readonly<Record<SystemName, string>> = {
  piloto: "#1f6feb",
  pinned: "#d1570c",
  haproxy: "#8a6bbf",
  least_conn: "#5a6b7b",
  round_robin: "#a8b3bd",
};

/** From a value to its place in the chart. */
export type Scale = (value: number) => number;

/** Logarithmic: times to first token spread over four decades. Values outside lie on the edge. */
export function logScale(from: number, to: number, start: number, end: number): Scale {
  const [low, high] = [Math.log(from), Math.log(to)];
  return (value) => {
    const share = (Math.log(Math.min(Math.max(value, from), to)) - low) / (high - low);
    return start + share * (end - start);
  };
}

/** 0.1, 1, 10… from the decade below the least to the decade above the most. */
export function decades(values: readonly number[]): number[] {
  const known = values.filter((value) => Number.isFinite(value) && value > 0);
  const low = Math.floor(Math.log10(Math.max(0.01, Math.min(...known))));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...known))));
  return Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
}

export const secondsMark = (value: number): string => `${+value.toPrecision(2)} s`;

/** Lines and marks across the chart at the given values. */
export function gridAcross(marks: readonly number[], y: Scale, label: (value: number) => string): string {
  return marks
    .map(
      (mark) =>
        `<line class="grid" x1="${CHART.left}" x2="${CHART.width - CHART.right}" y1="${n(y(mark))}" y2="${n(y(mark))}"/>` +
        `<text class="mark" x="${CHART.left - 8}" y="${n(y(mark) + 4)}" text-anchor="end">${label(mark)}</text>`,
    )
    .join("");
}

/** Lines and marks from top to bottom. */
export function gridUp(marks: readonly number[], x: Scale, label: (value: number) => string): string {
  const bottom = CHART.height - CHART.bottom;
  return marks
    .map(
      (mark) =>
        `<line class="grid" x1="${n(x(mark))}" x2="${n(x(mark))}" y1="${CHART.top}" y2="${bottom}"/>` +
        `<text class="mark" x="${n(x(mark))}" y="${bottom + 18}" text-anchor="middle">${label(mark)}</text>`,
    )
    .join("");
}

/** The chart itself, with what its axis at the bottom counts. */
export function svg(title: string, below: string, inside: string): string {
  const middle = (CHART.left + CHART.width - CHART.right) / 2;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${title}" viewBox="0 0 ${CHART.width} ${CHART.height}">` +
    `${inside}<text class="axis" x="${middle}" y="${CHART.height - 6}" text-anchor="middle">${below}</text></svg>`
  );
}

/** A number as SVG wants it: a tenth of a unit is finer than anybody sees. */
export const n = (value: number): string => String(Math.round(value * 10) / 10);
