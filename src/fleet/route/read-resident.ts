import { isPilotoError } from "../../../core/domain/errors.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { fullName } from "../model-name.ts";
import type { PsBody } from "../ollama-shapes.ts";
import type { CopyFacts } from "../schedule/shapes.ts";
import type { WatchedNode } from "./watched-node.ts";

/** How often a list is read anew because a load or an unload of ours began or ended meanwhile. */
const MOST_READINGS = 3;

/**
 * Reads which models a PC holds. What it says is not believed blindly: models that it does not have are left out and
 * named in `oddity`, once. A PC that answers nonsense to `/api/ps` alone still works: nothing is known to be resident.
 */
export async function readResident(node: WatchedNode, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let readings = 1; ; readings++) {
    const before = node.changes;
    const { models, oddity } = await askPs(node, signal);
    if (node.changes !== before && readings < MOST_READINGS) continue;
    const known = models.filter(({ name }) => node.modelFacts.has(fullName(name)));
    const strangers = models.length - known.length;
    noteOddity(
      node,
      oddity ?? (strangers > 0 ? `it says that it holds ${strangers} models that it does not have` : undefined),
      logger,
    );
    node.resident = new Map(known.map((model) => [fullName(model.name), copyOf(model)]));
    node.shownVramBytes = Math.max(node.shownVramBytes ?? 0, memoryThatShows(known)) || undefined;
    return;
  }
}

async function askPs(node: WatchedNode, signal: AbortSignal): Promise<{ models: PsBody["models"]; oddity?: string }> {
  try {
    return await node.client.ps(signal);
  } catch (error) {
    if (!isPilotoError(error, "NODE_FAILED")) throw error;
    return { models: [], oddity: `it does not say which models are loaded: ${error.message}` };
  }
}

function noteOddity(node: WatchedNode, oddity: string | undefined, logger: Logger): void {
  if (oddity !== undefined && oddity !== node.oddity) logger.warn({ node: node.name, why: oddity }, "a PC is odd");
  node.oddity = oddity;
}

const copyOf = ({ size, size_vram }: PsBody["models"][number]): CopyFacts => ({
  sizeBytes: size,
  vramBytes: size_vram,
});

/**
 * A model that lies partly outside the GPU's memory shows that the rest of it is full. 0: nothing shows; what fits is
 * never guessed from what happened to be loaded, which would be too low.
 */
function memoryThatShows(models: PsBody["models"]): number {
  const isSpilt = models.some(({ size = 0, size_vram = 0 }) => size_vram > 0 && size_vram < size);
  return isSpilt ? models.reduce((sum, { size_vram = 0 }) => sum + size_vram, 0) : 0;
}
