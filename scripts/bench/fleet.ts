import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import type { Bench, Figure } from "./figure.ts";
import { measureDecisions } from "./fleet/decision.ts";
import { playFigures } from "./fleet/figures.ts";
import { estimateFigures } from "./fleet/figures-estimates.ts";
import { measureLimits } from "./fleet/figures-limits.ts";
import { measureOverhead } from "./fleet/figures-overhead.ts";
import { measureFront } from "./fleet/front.ts";
import { FLEET_MINI, readBenchFleet } from "./fleet/pc-spec.ts";
import { playAll } from "./fleet/play-all.ts";
import { readOptions } from "./fleet/play-options.ts";
import { planPlays } from "./fleet/play-plan.ts";
import { limitsText, reportText } from "./fleet/report.ts";
import { reportPage } from "./fleet/report-page.ts";
import { reportTables } from "./fleet/report-rows.ts";
import { readTrace } from "./fleet/trace.ts";

/**
 * How well the fleet uses its PCs: workloads played over HTTP against simulated PCs, Piloto and its rivals side by
 * side; limits and the clairvoyant reference by simulation; what the front adds and a decision costs by the clock.
 */
export const bench: Bench = {
  name: "fleet",
  summary: "time to first token against nginx, HAProxy and round robin, limits, cost of front and decisions",
  async run({ args, log: say }) {
    const startMs = performance.now();
    const log = (text: string) => say(`${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s  ${text}`);
    const options = readOptions(args);
    const fleet = options.pcs === undefined ? FLEET_MINI : readBenchFleet(readFileSync(options.pcs, "utf8"));
    const trace = options.trace === undefined ? undefined : readTrace(readFileSync(options.trace, "utf8"));
    const what = { fleet, ...(trace && { trace }), ...(options.scenarios && { scenarios: options.scenarios }) };
    const folder = mkdtempSync(path.join(tmpdir(), "piloto-bench-fleet-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    const figures: Figure[] = [];

    log("What a decision costs, and the front…");
    figures.push(...measureDecisions(options.isQuick ? { rounds: 1500 } : {}));
    figures.push(...(await measureFront(options.isQuick ? { rounds: 8, each: 128 } : { rounds: 30, each: 320 }, log)));
    const items = planPlays(options.size, what);
    log("Limits…");
    const limits = measureLimits(items, { fleet, evaluations: options.isQuick ? 1000 : 2500, log });
    log(`${items.length} runs over HTTP, time ${options.size.scale} times as fast as real…`);
    const capacity = REQUESTS_PER_S * availableParallelism();
    const { scale, flushMs } = options.size;
    const [plays, overhead] = await Promise.all([
      playAll(items, { fleet, folder, scale, flushMs, capacity, log }),
      measureOverhead(fleet, options.size),
    ]);
    figures.push(...playFigures(plays), ...limits.figures, ...estimateFigures(plays), overhead);
    const tables = reportTables(plays);
    console.log(`${reportText(tables)}\n`);
    if (limits.rows.length > 0) console.log(`${limitsText(limits.rows)}\n`);
    if (options.report !== undefined) {
      writeFileSync(options.report, reportPage({ plays, tables, figures, limits: limits.rows, size: options.size }));
      log(`The report is in ${options.report}.`);
    }
    return options.isOnlyExact ? figures.map(withoutTimedGoal) : figures;
  },
};

/** What one processor carries of clients, proxies and simulated PCs and stays well below its limit. */
const REQUESTS_PER_S = 115;

/** Where other work disturbs the times: only counts are held to their goals. */
const withoutTimedGoal = (figure: Figure): Figure =>
  figure.unit === "count" ? figure : { ...figure, goal: "", holds: true };
