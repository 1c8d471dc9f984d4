import type { PlacementNode } from "./placement-shape.ts";

/** Memory that a model takes on a PC; nought when the PC does not tell. */
export function bytesOf(node: PlacementNode, model: string): number {
  return node.models.get(model) ?? 0;
}

/** Whether these models fit into the PC together. A PC that does not tell its memory holds what `maxLoaded` allows. */
export function fits(node: PlacementNode, models: readonly string[]): boolean {
  if (node.maxLoaded !== undefined && models.length > node.maxLoaded) return false;
  if (node.vramBytes === undefined) return true;
  let bytes = 0;
  for (const model of models) bytes += bytesOf(node, model);
  return bytes <= node.vramBytes;
}
