import type { Figure } from "../figure.ts";
import type { LimitsRow } from "./figures-limits.ts";
import type { Plays } from "./play-all.ts";
import type { PlaySize } from "./play-plan.ts";
import { COLUMNS, cells, conditions, LIMIT_COLUMNS, limitCells } from "./report.ts";
import { SYSTEM_COLOURS } from "./report-axes.ts";
import { distributionChart, loadChart, scenarioChart } from "./report-charts.ts";
import { firstTimesOf, type ReportTable } from "./report-rows.ts";
import { SYSTEM_NAMES, SYSTEM_TITLES, type SystemName } from "./systems.ts";

export interface ReportContent {
  readonly plays: Plays;
  readonly tables: readonly ReportTable[];
  readonly figures: readonly Figure[];
  readonly limits: readonly LimitsRow[];
  readonly size: PlaySize;
}

/** The report as one HTML page that needs nothing else. */
export function reportPage({ plays, tables, figures, limits, size }: ReportContent): string {
  const steady = tables.filter(({ key }) => key.startsWith("w1"));
  const charts = [
    steady.length > 1 && chart("Steady work: mean at each load, with 95 % intervals over seeds", loadChart(steady)),
    plays.has("w1") && chart("Steady work at mid load: who has waited how long", distributionChart(timesOf(plays))),
    tables.length > 0 && chart("Mean of every scenario, with 95 % intervals over seeds", scenarioChart(tables)),
  ];
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Piloto: the fleet against its rivals</title>
<style>${STYLE}</style>
<h1>The fleet against its rivals</h1>
<p>Time to first token, in virtual seconds: simulated PCs over real HTTP, time ${size.scale} times as fast as real, every
system with PCs of its own, all at the same time and with the same requests.</p>
${legend(tables)}
${charts.filter((one) => one !== false).join("\n")}
<h2>Figures</h2>
${figureTable(figures)}
${limits.length > 0 ? `<h2>Limits</h2>\n${limitsTable(limits)}` : ""}
<h2>Scenarios</h2>
${tables.map(scenarioTable).join("\n")}
</html>
`;
}

function timesOf(plays: Plays): Map<SystemName, number[]> {
  const times = new Map<SystemName, number[]>();
  for (const { systems } of plays.get("w1") ?? []) {
    for (const [name, run] of systems) {
      times.set(name, [...(times.get(name) ?? []), ...firstTimesOf(run, "w1").map((ms) => ms / 1000)]);
    }
  }
  return times;
}

const chart = (caption: string, drawn: string) => `<figure>${drawn}<figcaption>${caption}</figcaption></figure>`;

function legend(tables: readonly ReportTable[]): string {
  const shown = SYSTEM_NAMES.filter((name) => tables.some(({ rows }) => rows.some(({ system }) => system === name)));
  const entry = (name: SystemName) =>
    `<span><i style="background:${SYSTEM_COLOURS[name]}"></i>${SYSTEM_TITLES[name]}</span>`;
  return `<p class="legend">${shown.map(entry).join(" ")}</p>`;
}

function figureTable(figures: readonly Figure[]): string {
  const interval = (name: string, end: string) => figures.find((figure) => figure.name === `${name}_ci_${end}`)?.value;
  const rows = figures
    .filter(({ name }) => !/_ci_(low|high)$/.test(name))
    .map(({ name, value, unit, goal, holds }) => {
      const [low, high] = [interval(name, "low"), interval(name, "high")];
      const between = low === undefined || high === undefined ? "" : `${short(low)} to ${short(high)}`;
      const verdict = goal === "" ? "" : holds ? "holds" : '<b class="missed">missed</b>';
      return `<tr><td><code>${name}</code><td>${short(value)} ${unit}<td>${between}<td>${asText(goal)}<td>${verdict}`;
    });
  return `<table><tr><th>figure<th>value<th>95 %<th>goal<th>${rows.join("\n")}</table>`;
}

const scenarioTable = (table: ReportTable): string =>
  `<h3>${asText(table.title)}</h3>\n<p class="soft">${asText(conditions(table))}</p>\n${wideTable(COLUMNS, table.rows.map(cells))}`;

const limitsTable = (limits: readonly LimitsRow[]): string =>
  `<p>In the simulation without HTTP, virtual seconds; no policy can go below L1 to L4.</p>\n${wideTable(LIMIT_COLUMNS, limits.map(limitCells))}`;

function wideTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (list: readonly string[], cell: string) =>
    `<tr>${list.map((text) => `<${cell}>${asText(text)}`).join("")}`;
  return `<div class="wide"><table>${[row(columns, "th"), ...rows.map((one) => row(one, "td"))].join("\n")}</table></div>`;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
const asText = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2630;--soft:#66717c;--rule:#dfe4e8;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebef;--soft:#98a4af;--rule:#303a44;--paper:#12181e}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:76rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem}h3{font-size:.95rem;font-weight:600;margin:1.8rem 0 .4rem}
figure{margin:1.5rem 0;max-width:54rem}figcaption{color:var(--soft);font-size:.9rem}svg{width:100%;height:auto;font:12px system-ui,sans-serif}
.grid{stroke:var(--rule)}.mark,.axis{fill:var(--soft)}.line{fill:none;stroke-width:2.5;stroke-linejoin:round}
.legend span{margin-right:1.2rem;white-space:nowrap}.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}
.soft{color:var(--soft);font-size:.85rem;margin:0 0 .4rem}.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem .25rem 0;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th{color:var(--soft);font-weight:500}th:first-child,td:first-child{text-align:left}.missed{color:#c2410c}
`;
