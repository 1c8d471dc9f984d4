import type { FleetModel, FleetNode } from "../../core/domain/fleet-node.ts";
import type { Pulled, PulledOn, PullProgress } from "../fleet/pull/pull-model.ts";
import { tellBytes } from "../fleet/pull/tell-bytes.ts";

export const MODELS_HEAD = ["model", "size", "context", "can", "plans by", "on disk of", "in memory of"] as const;

/** One row of `piloto models`. */
export function modelRow(model: FleetModel, nodes: readonly FleetNode[]): string[] {
  const { name, sizeBytes, contextLength, abilities, planning } = model;
  const canPlan = abilities.includes("completion");
  return [
    name,
    sizeBytes === undefined ? "" : tellBytes(sizeBytes),
    contextLength === undefined ? "" : String(contextLength),
    abilities.join(", "),
    canPlan ? (planning ?? "not tested") : "",
    model.nodes.join(", "),
    nodes
      .filter(({ resident }) => resident.includes(name))
      .map((node) => node.name)
      .join(", "),
  ];
}

/** What is wrong with a model whose copies differ; `undefined`: nothing. */
export function driftOf({ name, digests = [] }: FleetModel): string | undefined {
  if (digests.length < 2) return undefined;
  return `The PCs hold different models under the name ${name}. Make them one: piloto models pull ${name} --again`;
}

/** The same after a pull, with who holds which. */
export function driftLine(name: string, digests: Readonly<Record<string, readonly string[]>>): string | undefined {
  const entries = Object.entries(digests);
  if (entries.length < 2) return undefined;
  const told = entries.map(
    ([digest, nodes]) => `${digest.replace(/^sha256:/, "").slice(0, 12)} on ${nodes.join(", ")}`,
  );
  return `The PCs hold different models under the name ${name}: ${told.join("; ")}. Make them one: piloto models pull ${name} --again`;
}

/** What became of a pull on one PC, in a sentence. */
export function pulledLine(result: PulledOn): string {
  if (result.kind === "failed") return `${result.node}: ${result.error.message} (${result.error.code})`;
  if (result.kind === "skipped") return `${result.node}: passed over. ${result.why}`;
  const what = result.kind === "pulled" ? "is there now" : "was there already";
  return `${result.node}: it ${what} (${tellBytes(result.sizeBytes)}, ${result.digest.slice(0, 12)})`;
}

/** For programs: an error is its code and words. */
export function pulledJson({ nodes, ...rest }: Pulled): unknown {
  const told = nodes.map((result) => {
    if (result.kind !== "failed") return result;
    return { ...result, error: { code: result.error.code, message: result.error.message } };
  });
  return { ...rest, nodes: told };
}

/** One line of progress: `fresh:3b 60 % of 4.0 GB, 54 MB/s, about 30 s left · one 50 %, two 70 %`. */
export function progressLine(
  { name, doneBytes, totalBytes, nodes }: PullProgress,
  since: { readonly bytes: number; readonly ms: number },
  nowMs: number,
): string {
  if (totalBytes === 0) return `${name}: ${nodes.map(({ node, status }) => `${node} ${status}`).join(", ")}`;
  const bytesPerS = ((doneBytes - since.bytes) * 1000) / Math.max(1, nowMs - since.ms);
  const leftS = bytesPerS > 0 ? (totalBytes - doneBytes) / bytesPerS : undefined;
  const speed = bytesPerS > 0 ? `, ${tellBytes(bytesPerS)}/s` : "";
  const left = leftS === undefined || leftS < 1 ? "" : `, about ${tellTime(leftS)} left`;
  const each = nodes.map(({ node, status, ...one }) =>
    status === "pulling" ? `${node} ${percent(one.doneBytes, one.totalBytes)}` : `${node} ${status}`,
  );
  return `${name} ${percent(doneBytes, totalBytes)} of ${tellBytes(totalBytes)}${speed}${left} · ${each.join(", ")}`;
}

const percent = (part: number, all: number) => `${all === 0 ? 0 : Math.floor((part / all) * 100)} %`;

function tellTime(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
