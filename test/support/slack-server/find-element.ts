import { asJson, asList, asText, type Json } from "./json.ts";

export interface FoundElement {
  element: Json;
  blockId: string | undefined;
}

/** The element with this action_id, or the button with this label. Throws with what there is when there is none. */
export function findElement(blocks: unknown[], wanted: string): FoundElement {
  const all = elementsIn(blocks);
  const found =
    all.find(({ element }) => element.action_id === wanted) ?? all.find(({ element }) => labelOf(element) === wanted);
  if (found) return found;
  const there = all.map(({ element }) => `${asText(element.action_id)} "${labelOf(element)}"`).join(", ");
  throw new Error(`There is no button "${wanted}" here, only: ${there || "none"}.`);
}

/** Every interactive element of these blocks, wherever it sits. */
export function elementsIn(blocks: unknown[]): FoundElement[] {
  return blocks.flatMap((value) => {
    const block = asJson(value);
    const blockId = asText(block.block_id);
    const own = [block.accessory, block.element, ...asList(block.actions)];
    const elements = block.type === "rich_text" || block.type === "context" ? [] : asList(block.elements);
    const cards = elements.filter((e) => asJson(e).type === "card");
    const direct = [...own, ...elements].map(asJson).filter((e) => typeof e.action_id === "string");
    return [
      ...direct.map((element) => ({ element, blockId })),
      ...elementsIn(cards),
      ...elementsIn(asList(block.child_blocks)),
    ];
  });
}

/** The labels of the buttons that a person sees, in order. */
export function buttonLabels(blocks: unknown[]): string[] {
  return elementsIn(blocks)
    .filter(({ element }) => element.type === "button")
    .map(({ element }) => labelOf(element));
}

function labelOf(element: Json): string {
  return asText(asJson(element.text).text) ?? "";
}
