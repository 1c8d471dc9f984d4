import type { PlacementNode, PlacementView } from "./placement-shape.ts";
import type { ModelRules } from "./shapes.ts";

/**
 * Whether a PC may hold a model at all: it is usable, has the model on its disk, is not forbidden, bears the labels,
 * and the model bears its taints. Says nothing of memory that others take, only that the model alone fits.
 */
export function mayHold(view: PlacementView, node: PlacementNode, model: string): boolean {
  if (!node.isUsable) return false;
  const bytes = node.models.get(model);
  if (bytes === undefined) return false;
  if (node.vramBytes !== undefined && bytes > node.vramBytes) return false;
  const rules = view.rules.get(model);
  return rules === undefined ? node.taints.length === 0 : isAllowed(rules, node);
}

function isAllowed(rules: ModelRules, node: PlacementNode): boolean {
  if (rules.forbidden?.includes(node.name)) return false;
  if (rules.labels?.some((label) => !node.labels.includes(label))) return false;
  return node.taints.every((taint) => rules.tolerations?.includes(taint) === true);
}
