import type { SlackMessage } from "../support/slack-server/slack-server.ts";

/** What a person reads in a message: the text of its blocks, or its text where it has none. */
export function shownText(message: Pick<SlackMessage, "text" | "blocks">): string {
  return message.blocks?.length ? textsIn(message.blocks).join("\n") : message.text;
}

function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value);
  return entries.flatMap(([key, item]) =>
    typeof item === "string" ? (key === "text" || key === "title" ? [item] : []) : textsIn(item),
  );
}
