import type { RichTextBlock, RichTextBlockElement, RichTextElement, RichTextSection } from "@slack/types";

type Part = RichTextBlockElement;

/**
 * Rich text shows its strings letter by letter: nothing in them becomes a mention, a link or a format. So whatever
 * comes from outside is shown through it, and mrkdwn is used only where Slack takes nothing else.
 */
export interface Styled {
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly strike?: boolean;
  readonly code?: boolean;
}

/** Slack takes no empty text: nothing at all for an empty one. */
export function run(text: string, style?: Styled): RichTextElement[] {
  if (text === "") return [];
  return [style && Object.keys(style).length > 0 ? { type: "text", text, style } : { type: "text", text }];
}

export const section = (elements: RichTextElement[]): RichTextSection => ({
  type: "rich_text_section",
  elements: elements.length > 0 ? elements : [{ type: "text", text: " " }],
});

export const preformatted = (text: string): Part => ({
  type: "rich_text_preformatted",
  elements: [{ type: "text", text: text === "" ? " " : text }],
});

export const richText = (elements: Part[], blockId?: string): RichTextBlock => ({
  type: "rich_text",
  ...(blockId === undefined ? {} : { block_id: blockId }),
  elements: elements.length > 0 ? elements : [section([])],
});

/**
 * What Slack counts of blocks: it refuses a message whose blocks are too long together, by a measure it does not
 * publish. Text and 25 for every object fits what others measured (https://github.com/slackapi/bolt-js/issues/2509,
 * /2867: 11,341 characters in many elements are refused).
 */
export const OBJECT_COST = 25;

export function costOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + costOf(item), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + costOf(item), OBJECT_COST);
}
