import { PilotoError } from "../../core/domain/errors.ts";
import type { FleetModel } from "../../core/domain/fleet-node.ts";
import { fullName } from "./model-name.ts";

export type Ability = FleetModel["abilities"][number];

/**
 * The model for a request: the one it names, else the default, else the first that can do what is needed, those
 * that can call tools before those that cannot (one model for all of a chat's requests saves loads).
 * @throws PilotoError MODEL_MISSING | MODEL_LACKS_ABILITY
 */
export function chooseModel(
  models: readonly FleetModel[],
  wanted: { readonly name?: string; readonly defaultName?: string; readonly needs: readonly Ability[] },
): FleetModel {
  const can = (model: FleetModel, ability: Ability) => model.abilities.includes(ability);
  const canAll = (model: FleetModel) => wanted.needs.every((ability) => can(model, ability));
  const byDefault = models.find((model) => wanted.defaultName && model.name === fullName(wanted.defaultName));
  if (wanted.name === undefined) {
    const able = models.filter(canAll);
    const found = byDefault && canAll(byDefault) ? byDefault : (able.find((model) => can(model, "tools")) ?? able[0]);
    if (found) return found;
    throw new PilotoError(
      models.length === 0 ? "MODEL_MISSING" : "MODEL_LACKS_ABILITY",
      `No model of the fleet can do what is needed (${wanted.needs.join(", ")}). ${listOf(models)}`,
    );
  }
  const named = models.find((model) => model.name === fullName(wanted.name ?? ""));
  if (!named) {
    throw new PilotoError("MODEL_MISSING", `No PC that is up has the model ${wanted.name}. ${listOf(models)}`);
  }
  const lacks = wanted.needs.filter((ability) => !can(named, ability));
  if (lacks.length === 0) return named;
  throw new PilotoError(
    "MODEL_LACKS_ABILITY",
    `The model ${named.name} cannot do what is needed (${lacks.join(", ")}). Choose another model.`,
  );
}

function listOf(models: readonly FleetModel[]): string {
  if (models.length === 0) return "There is none at all: pull one on a PC with `ollama pull`.";
  return `There are: ${models.map((model) => model.name).join(", ")}.`;
}
