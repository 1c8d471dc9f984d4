import { PilotoError } from "../../../core/domain/errors.ts";
import { contextTooLarge, modelGone } from "../fleet-failures.ts";
import type { GiveUp, Verdict } from "../schedule/shapes.ts";
import type { WatchedNode } from "./watched-node.ts";

/** Why a request that waited is given up, for its caller. `last`: what went wrong where it was tried. */
export function giveUpError(reason: GiveUp, model: string, { nodes, last }: Found): PilotoError {
  switch (reason.code) {
    case "DEADLINE":
      return reason.allDown ? fleetEmpty(nodes, last) : waitedInVain(reason.waitedMs, model, { nodes, last });
    case "ALL_FAILED":
      if (nodes.every((node) => node.health !== "up")) return fleetEmpty(nodes, last);
      return last ?? new PilotoError("NODE_FAILED", `No PC could serve ${model}: ${reason.why}.`);
    case "MODEL_MISSING":
      return modelGone({ name: "The fleet", url: "" }, model);
    case "FORBIDDEN":
      return forbidden(model, reason.verdicts);
  }
}

/** No PC can be used: each is named with what is wrong with it. */
export function fleetEmpty(nodes: readonly WatchedNode[], cause?: PilotoError): PilotoError {
  const reasons = nodes.map((node) => node.reason ?? `${node.name} was not looked at yet.`);
  const found = nodes.length === 0 ? "None is set." : reasons.join(" ");
  return new PilotoError("FLEET_EMPTY", `No GPU PC can be used now. ${found} Start Ollama there, or add a PC.`, {
    cause,
  });
}

/** Too many wait already. */
export function lineIsFull(kind: string, most: number): PilotoError {
  const found = `Every PC is at work and ${most} ${kind} requests are waiting already`;
  return new PilotoError("FLEET_BUSY", `${found}. Try again in a moment.`);
}

interface Found {
  readonly nodes: readonly WatchedNode[];
  readonly last: PilotoError | undefined;
}

function waitedInVain(waitedMs: number, model: string, { nodes, last }: Found): PilotoError {
  const seconds = Math.round(waitedMs / 100) / 10;
  const holders = nodes.filter((node) => node.modelFacts.has(model));
  const down = holders.find((node) => node.health !== "up");
  if (down && holders.every((node) => node.health !== "up")) {
    const found = `${model} is on ${holders.map(({ name }) => name).join(", ")} only, which is down: ${down.reason}`;
    return new PilotoError("NODE_UNREACHABLE", `${found} It was waited for ${seconds} s.`, { cause: last });
  }
  const found = `${model} had no free place within ${seconds} s: the PCs that have it are at work or out of use`;
  return new PilotoError("FLEET_BUSY", `${found}. Try again later.`, { cause: last });
}

function forbidden(model: string, verdicts: readonly Verdict[]): PilotoError {
  const found = verdicts.map(({ node, because }) => `${node}: ${because ?? "it is left out"}`).join("; ");
  if (verdicts.length > 0 && verdicts.every(({ filteredBy }) => filteredBy === "context")) {
    return contextTooLarge(model, found);
  }
  const remedy = "Change `models` or the PC's `taints` and `labels` in the settings, or pull the model on another PC";
  return new PilotoError("MODEL_FORBIDDEN", `The settings leave no PC for ${model}. ${found}. ${remedy}.`);
}
