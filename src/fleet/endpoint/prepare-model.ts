import { isPilotoError } from "../../../core/domain/errors.ts";
import type { Ability } from "../choose-model.ts";
import type { PreparedModel, PrepareModel } from "../prepared-model.ts";
import { EndpointRefusal } from "./failure-answer.ts";

/**
 * The model that a program named, with what every request for it must carry; what cannot be is refused in Ollama's own
 * words, which programs look for.
 * @throws EndpointRefusal 404 | 400; PilotoError FLEET_EMPTY | CANCELLED
 */
export async function prepareModel(
  prepare: PrepareModel,
  wanted: { readonly model: string; readonly needs: readonly Ability[]; readonly missingWords?: string },
  signal: AbortSignal,
): Promise<PreparedModel> {
  const { model, needs, missingWords = `model '${model}' not found` } = wanted;
  try {
    return await prepare(model, needs, signal);
  } catch (error) {
    if (isPilotoError(error, "MODEL_MISSING")) throw new EndpointRefusal(404, "model_not_found", missingWords);
    if (!isPilotoError(error, "MODEL_LACKS_ABILITY")) throw error;
    const lacking = await firstLacking(prepare, model, needs, signal);
    throw new EndpointRefusal(400, "model_lacks_ability", `"${model}" does not support ${lacking}`);
  }
}

async function firstLacking(
  prepare: PrepareModel,
  model: string,
  needs: readonly Ability[],
  signal: AbortSignal,
): Promise<string> {
  for (const need of needs) {
    const isLacking = await prepare(model, [need], signal).then(
      () => false,
      (error: unknown) => isPilotoError(error, "MODEL_LACKS_ABILITY"),
    );
    if (isLacking) return need === "completion" ? "chat" : need;
  }
  return "what is needed";
}
