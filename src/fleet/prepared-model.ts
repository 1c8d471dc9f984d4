import type { Ability } from "./choose-model.ts";
import type { ModelOptions } from "./ollama-client.ts";

/**
 * A model that was chosen for a request, with what every request for it must carry, whoever sends it: other `options`,
 * or another `shift`, would make the PC load it afresh.
 */
export interface PreparedModel {
  /** With its tag. */
  readonly model: string;
  /** `num_ctx` and what the settings say; a request may add options that are no load options (`temperature`). */
  readonly options: ModelOptions;
  /** To be sent beside `options`. */
  readonly fixed: { readonly shift: false };
  readonly contextTokens: number;
  /** The most a PC may keep it, as set; what to send is said by the place. */
  readonly keepAlive?: string;
  /** It has no completion: it is loaded, and asked, by `/api/embed` only. */
  readonly isEmbeddingOnly: boolean;
}

/**
 * Chooses the model and settles its options. Waits while no PC was ever seen, after it has called `onNoPc`.
 * @throws PilotoError MODEL_MISSING | MODEL_LACKS_ABILITY | FLEET_EMPTY | CANCELLED
 */
export type PrepareModel = (
  model: string | undefined,
  needs: readonly Ability[],
  signal?: AbortSignal,
  onNoPc?: () => void,
) => Promise<PreparedModel>;
