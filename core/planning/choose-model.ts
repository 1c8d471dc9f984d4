import { PilotoError } from "../domain/errors.ts";
import type { FleetModel } from "../domain/fleet-node.ts";
import type { Way } from "./plan-prompt.ts";

export interface ChosenModel {
  readonly name: string;
  readonly way: Way;
  readonly contextTokens: number;
}

/** What Ollama gives a request on a small PC when nobody says more (facts of 2026-08-21). */
const UNTOLD_CONTEXT_TOKENS = 4_096;

/**
 * The project's model, or the fleet's first that can call tools, or else the first that completes text.
 * @throws PilotoError FLEET_EMPTY | MODEL_MISSING | MODEL_LACKS_ABILITY
 */
export function chooseModel(models: readonly FleetModel[], wanted?: string): ChosenModel {
  const talking = models.filter((model) => model.abilities.includes("completion"));
  if (wanted !== undefined) {
    const named = models.find(({ name }) => name === wanted || name === `${wanted}:latest`);
    if (!named) throw new PilotoError("MODEL_MISSING", `No PC has the model ${wanted}. Pull it, or name another one.`);
    if (named.abilities.includes("completion")) return toChosen(named);
    throw new PilotoError("MODEL_LACKS_ABILITY", `${wanted} cannot answer in words. Name another model.`);
  }
  const first = talking.find((model) => model.abilities.includes("tools")) ?? talking[0];
  if (!first) {
    throw new PilotoError("FLEET_EMPTY", "No PC of the fleet offers a model that can answer. Check the fleet.");
  }
  return toChosen(first);
}

function toChosen({ name, abilities, contextLength }: FleetModel): ChosenModel {
  const way = abilities.includes("tools") ? "tools" : "format";
  return { name, way, contextTokens: contextLength ?? UNTOLD_CONTEXT_TOKENS };
}
