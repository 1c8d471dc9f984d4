import type { Explanation, Verdict } from "../fleet/schedule/shapes.ts";
import type { Table } from "./fleet-text.ts";

/** One line: where a request goes or what it waits for. Pure. */
export function headline(explained: Explanation): string {
  return `${explained.model}, ${explained.class}, for ${explained.share}: ${outcome(explained)}.`;
}

/** Where it goes, or what it waits for, without the end of the sentence. */
export function outcome({ chosen, wait, verdicts }: Explanation): string {
  if (chosen !== undefined) {
    const firstTokenMs = verdicts.find(({ node }) => node === chosen)?.firstTokenMs;
    return `goes to ${chosen}${firstTokenMs === undefined ? "" : `, first token in about ${seconds(firstTokenMs)}`}`;
  }
  if (verdicts.every(({ filteredBy }) => STANDING.includes(filteredBy ?? "")))
    return "goes nowhere: no PC may serve it";
  if (!wait) return verdicts.some(isNotLoaded) ? "waits until a PC has loaded it" : "waits until a PC is free for it";
  const about = wait.aboutMs === undefined ? "" : ` about ${seconds(wait.aboutMs)}`;
  const ahead = wait.ahead === 0 ? "" : `, ${wait.ahead} before it`;
  return `waits${about}${ahead}: ${REASONS[wait.why]}${wait.why === "loading" && wait.node ? ` on ${wait.node}` : ""}`;
}

const isNotLoaded = ({ filteredBy }: Verdict) => filteredBy === "resident";

/** Filters that only other settings, or another disk, change. */
const STANDING = ["forbidden", "labels", "taints", "model"];
const REASONS = { busy: "the PCs that may serve it are busy", loading: "the model is loading", "no-pc": "no PC can" };

/** What each PC was for it, the best first. Pure. */
export function verdictTable({ verdicts, chosen }: Explanation): Table {
  const order = (verdict: Verdict) => (verdict.node === chosen ? Number.POSITIVE_INFINITY : (verdict.total ?? -1e12));
  const sorted = [...verdicts].sort((a, b) => order(b) - order(a));
  const rows = sorted.map((verdict) => [
    verdict.node,
    verdict.filteredBy === undefined ? (verdict.node === chosen ? "chosen" : "possible") : `out: ${verdict.filteredBy}`,
    verdict.firstTokenMs === undefined ? "" : seconds(verdict.firstTokenMs),
    verdict.total === undefined ? "" : number(verdict.total),
    verdict.because ?? scores(verdict),
  ]);
  return { head: ["pc", "verdict", "first token", "score", "because (milliseconds, more is better)"], rows };
}

/** The last decisions, newest first. Pure. */
export function decisionTable(decisions: readonly Explanation[]): Table {
  const rows = decisions.map((one) => [
    new Date(one.atMs).toISOString().slice(11, 19),
    one.model,
    one.class,
    one.share,
    outcome(one).replace(/^goes to /, "went to "),
  ]);
  return { head: ["at (UTC)", "model", "class", "share", "decision"], rows };
}

const scores = ({ scores = {} }: Verdict) =>
  Object.entries(scores)
    .filter(([, score]) => Math.round(score) !== 0)
    .map(([scorer, score]) => `${scorer} ${number(score)}`)
    .join(", ");

const number = (value: number) => String(Math.round(value) || 0);

function seconds(ms: number): string {
  if (!Number.isFinite(ms)) return "never";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
