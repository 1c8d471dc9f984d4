import { PilotoError } from "../../../core/domain/errors.ts";
import type { Fault } from "../schedule/shapes.ts";

/**
 * What a failed attempt says of its PC; `undefined`: nothing, the request fails everywhere (or it is a bug), and
 * nobody else is asked.
 */
export function faultOf(error: unknown): Fault | undefined {
  if (!(error instanceof PilotoError)) return undefined;
  switch (error.code) {
    case "NODE_UNREACHABLE":
      return "unreachable";
    case "NODE_FAILED":
      return "broken";
    case "FLEET_BUSY":
      return "busy";
    case "MODEL_MISSING":
      return "missing";
    case "ANSWER_CUT_OFF":
      return "cut-off";
    default:
      return undefined;
  }
}
