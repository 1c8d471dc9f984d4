import type { Logger } from "../../../core/ports/logger.ts";
import type { KnownModel } from "../known-models.ts";
import type { WatchedNode } from "./watched-node.ts";

/**
 * Says once in the log what changed on a PC under way: its Ollama, or a model behind its name. What was learned of such
 * a model is forgotten by the scheduler, which sees the new digest.
 */
export function noteDrift(
  node: WatchedNode,
  found: { readonly version: string; readonly models: readonly KnownModel[] },
  logger: Logger,
): void {
  if (node.version !== undefined && node.version !== found.version) {
    logger.warn({ node: node.name, before: node.version, now: found.version }, "a PC has another version of Ollama");
  }
  const changed = found.models.filter(({ name, digest }) => {
    const before = node.modelFacts.get(name);
    return before !== undefined && before.digest !== digest;
  });
  for (const { name } of changed) logger.warn({ node: node.name, model: name }, "a model changed on a PC");
}
