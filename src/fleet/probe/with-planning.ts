import type { ModelFleet } from "../../../core/ports/model-fleet.ts";
import type { Verdicts } from "./verdicts.ts";

/** The same fleet, whose models carry what their tests showed. */
export function withPlanning<F extends Pick<ModelFleet, "models">>(
  fleet: F,
  verdicts: Pick<Verdicts, "planningFor">,
): F {
  return {
    ...fleet,
    async models() {
      const models = await fleet.models();
      return models.map((model) => {
        const planning = verdicts.planningFor(model.digests);
        return planning ? { ...model, planning } : model;
      });
    },
  };
}
