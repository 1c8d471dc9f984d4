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
 * The project's model, or the fleet's first that plans well: by what a test of it showed (`planning`), else by whether
 * it says that it can call tools. One that failed its test is taken when nothing else is there, or when it is named.
 * @throws PilotoError FLEET_EMPTY | MODEL_MISSING | MODEL_LACKS_ABILITY
 */
export function chooseModel(models: readonly FleetModel[], wanted?: string): ChosenModel {
  if (wanted !== undefined) {
    const named = models.find(({ name }) => name === wanted || name === `${wanted}:latest`);
    if (!named) throw new PilotoError("MODEL_MISSING", `No PC has the model ${wanted}. Pull it, or name another one.`);
    if (named.abilities.includes("completion")) return toChosen(named);
    throw new PilotoError("MODEL_LACKS_ABILITY", `${wanted} cannot answer in words. Name another model.`);
  }
  const talking = models.filter((model) => model.abilities.includes("completion"));
  const first =
    talking.find((model) => plansBy(model) === "tools") ??
    talking.find((model) => plansBy(model) === "format") ??
    talking[0];
  if (!first) {
    throw new PilotoError("FLEET_EMPTY", "No PC of the fleet offers a model that can answer. Check the fleet.");
  }
  return toChosen(first);
}

/** A model that is not tested yet counts as what it says of itself, so that a test alone moves no project elsewhere. */
function plansBy({ planning, abilities }: FleetModel): NonNullable<FleetModel["planning"]> {
  return planning ?? (abilities.includes("tools") ? "tools" : "format");
}

/** JSON is what a model that failed both ways gets: its answers are checked and sent back as every other's. */
function toChosen(model: FleetModel): ChosenModel {
  const way = plansBy(model) === "tools" ? "tools" : "format";
  return { name: model.name, way, contextTokens: model.contextLength ?? UNTOLD_CONTEXT_TOKENS };
}
