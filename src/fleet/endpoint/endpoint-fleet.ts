import type { ModelFleet } from "../../../core/ports/model-fleet.ts";
import type { OllamaClient } from "../ollama-client.ts";
import type { PrepareModel } from "../prepared-model.ts";
import type { Router } from "../route/router.ts";

/** What the endpoint needs of the fleet. */
export interface EndpointFleet extends Pick<ModelFleet, "models"> {
  readonly router: Router;
  readonly prepare: PrepareModel;
  /** The PCs as they were seen last; waits for the first look. */
  pcs(): Promise<readonly SeenPc[]>;
}

/** One PC, for lists and details of models. */
export interface SeenPc {
  readonly name: string;
  readonly health: "up" | "down" | "unknown";
  readonly version: string | undefined;
  readonly models: readonly { readonly name: string }[];
  readonly client: OllamaClient;
}
