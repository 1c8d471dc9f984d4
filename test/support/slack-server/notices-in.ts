import { asJson, asList, asText, type Json } from "./json.ts";

/** What in a message reaches out of it: who is notified, and links whose words are not their address. */
export interface Notices {
  /** `U0ANA`, `S0OPS`, `here`, `channel`, `everyone`. */
  notified: string[];
  /** `words → address`, where the words look like another address or hide theirs. */
  labelled: string[];
}

/**
 * Looks through a message as Slack would read it (mrkdwn in texts, elements in rich text, markdown in markdown
 * blocks). For tests that hold a renderer to "no mentions and no link tricks in what a model wrote".
 */
export function noticesIn(message: { text?: unknown; blocks?: unknown }): Notices {
  const found: Notices = { notified: [], labelled: [] };
  const blocks = asList(message.blocks);
  if (!blocks.length) inMrkdwn(asText(message.text) ?? "", found);
  for (const block of blocks) look(asJson(block), found);
  return found;
}

function look(value: Json, found: Notices): void {
  const type = asText(value.type);
  if (type === "mrkdwn") inMrkdwn(asText(value.text) ?? "", found);
  if (type === "markdown") inMarkdown(asText(value.text) ?? "", found);
  if (type === "user") found.notified.push(String(value.user_id));
  if (type === "usergroup") found.notified.push(String(value.usergroup_id));
  if (type === "broadcast") found.notified.push(String(value.range));
  if (type === "link" && value.text !== undefined && value.text !== value.url) {
    found.labelled.push(`${String(value.text)} → ${String(value.url)}`);
  }
  for (const inner of Object.values(value)) {
    if (Array.isArray(inner)) for (const item of inner.flat()) look(asJson(item), found);
    else look(asJson(inner), found);
  }
}

function inMrkdwn(text: string, found: Notices): void {
  for (const [, inner = ""] of text.matchAll(/<([^<>]+)>/g)) {
    const [target = "", label] = inner.split("|");
    if (target.startsWith("@")) found.notified.push(target.slice(1));
    else if (target.startsWith("!subteam^")) found.notified.push(target.slice(9));
    else if (/^!(here|channel|everyone)$/.test(target)) found.notified.push(target.slice(1));
    else if (label !== undefined && !/^[#!]/.test(target) && label !== target)
      found.labelled.push(`${label} → ${target}`);
  }
}

function inMarkdown(text: string, found: Notices): void {
  inMrkdwn(text.replace(/```[\s\S]*?```|`[^`\n]*`/g, ""), found);
  for (const [, label = "", url = ""] of text.matchAll(/\[([^\]\n]+)\]\(([^)\s]+)[^)]*\)/g)) {
    if (label !== url) found.labelled.push(`${label} → ${url}`);
  }
}
