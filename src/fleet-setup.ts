import type { FleetOptions } from "./fleet/fleet-options.ts";
import type { Settings } from "./settings.ts";
import type { FleetNodeSettings } from "./settings-fleet.ts";

/** Memory is sold in powers of two, disks (and Ollama's own sizes) in powers of ten. */
const GIB = 2 ** 30;

export interface FleetSetup extends Pick<FleetOptions, "nodes" | "contextTokens" | "defaultModel" | "models"> {
  /** Of projects; those of programs are added while they come. */
  readonly weights: Map<string, number>;
}

/** What the settings say of the PCs and of who shares them, in the fleet's words. */
export function fleetSetup(
  { contextTokens, model, models, projects }: Settings,
  nodes: readonly FleetNodeSettings[],
): FleetSetup {
  const weights = projects.flatMap(({ project, fleetWeight }) =>
    fleetWeight === undefined ? [] : [[project.id as string, fleetWeight] as const],
  );
  return {
    nodes: nodes.map(({ vramGB, diskGB, ...node }) => ({
      ...node,
      ...(vramGB !== undefined && { vramBytes: vramGB * GIB }),
      ...(diskGB !== undefined && { diskBytes: diskGB * 1e9 }),
    })),
    contextTokens,
    defaultModel: model,
    models,
    weights: new Map(weights),
  };
}
