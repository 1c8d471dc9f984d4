import type { RichTextBlockElement, RichTextElement, RichTextSection } from "@slack/types";
import { preformatted, run, type Styled, section } from "./rich-text.ts";

/**
 * The Markdown that language models write, as rich text. Everything is shown letter by letter: mentions, channel
 * names and HTML stay text; a link shows the address that it leads to, whatever its label says; pictures become
 * links. What is no Markdown that we know is shown as it was written. Linear in the length of the text.
 */
export function markdownParts(text: string): RichTextBlockElement[] {
  const lines = text.split("\n");
  const parts: RichTextBlockElement[] = [];
  let prose: RichTextElement[] = [];
  const endProse = () => {
    if (prose.length > 0) parts.push(section(prose));
    prose = [];
  };
  for (let at = 0; at < lines.length; ) {
    const block = codeBlock(lines, at) ?? listBlock(lines, at) ?? quoteBlock(lines, at);
    if (block) {
      endProse();
      parts.push(block.part);
      at = block.next;
      continue;
    }
    const line = lineElements(lines[at] ?? "");
    if (prose.length + line.length + 1 > MOST_ELEMENTS) endProse();
    if (prose.length > 0) prose.push(...run("\n"));
    prose.push(...line);
    at += 1;
  }
  endProse();
  return parts;
}

interface Read {
  readonly part: RichTextBlockElement;
  readonly next: number;
}

/** Slack takes 500 elements in one part; half of it leaves room for what is joined. */
const MOST_ELEMENTS = 200;
const MOST_ITEMS = 100;

function codeBlock(lines: readonly string[], at: number): Read | undefined {
  const fence = /^\s{0,3}(`{3,}|~{3,})[^`]{0,60}$/.exec(lines[at] ?? "")?.[1];
  if (!fence) return undefined;
  let end = at + 1;
  while (end < lines.length && !lines[end]?.trim().startsWith(fence)) end += 1;
  return { part: preformatted(lines.slice(at + 1, end).join("\n")), next: end + 1 };
}

const BULLET = /^(\s{0,12})[-*+] (?!\s*$)(.*)$/;
const NUMBERED = /^(\s{0,12})(\d{1,4})[.)] (?!\s*$)(.*)$/;

/** Items of one depth in a row; numbers are kept as they were written, because Slack would count from one. */
function listBlock(lines: readonly string[], at: number): Read | undefined {
  const depth = BULLET.exec(lines[at] ?? "")?.[1]?.length;
  if (depth === undefined) return undefined;
  const items: RichTextSection[] = [];
  let next = at;
  for (; next < lines.length && items.length < MOST_ITEMS; next += 1) {
    const item = BULLET.exec(lines[next] ?? "");
    if (item?.[1]?.length !== depth) break;
    items.push(section(inline(item[2] ?? "").slice(0, MOST_ELEMENTS)));
  }
  const indent = Math.min(6, Math.floor(depth / 2));
  return { part: { type: "rich_text_list", style: "bullet", indent, elements: items }, next };
}

function quoteBlock(lines: readonly string[], at: number): Read | undefined {
  let next = at;
  const quoted: string[] = [];
  for (; next < lines.length && /^\s{0,3}>/.test(lines[next] ?? ""); next += 1) {
    quoted.push((lines[next] ?? "").replace(/^\s{0,3}>\s?/, ""));
  }
  if (quoted.length === 0) return undefined;
  return { part: { type: "rich_text_quote", elements: run(quoted.join("\n") || " ") }, next };
}

function lineElements(line: string): RichTextElement[] {
  const heading = /^\s{0,3}#{1,6}\s+(\S.*)$/.exec(line)?.[1];
  if (heading !== undefined) return inline(heading.replace(/\s+#+\s*$/, ""), { bold: true });
  const numbered = NUMBERED.exec(line);
  if (numbered) return [...run(`${numbered[1]}${numbered[2]}. `), ...inline(numbered[3] ?? "")];
  return inline(line);
}

/**
 * Code, bold, italic, struck-out, links, bare addresses: the first that begins at a place wins, nothing is nested.
 * Each is bounded, so that hostile text is read in linear time.
 */
const INLINE = new RegExp(
  [
    "`([^`\\n]{1,500})`",
    "\\*\\*(?!\\s)([^*\\n]{1,500}?)(?<!\\s)\\*\\*",
    "(?<!\\w)__(?!\\s)([^_\\n]{1,500}?)(?<!\\s)__(?!\\.?\\w)",
    "(?<![\\w*])\\*(?![\\s*])([^*\\n]{1,500}?)(?<!\\s)\\*(?![\\w*])",
    "(?<!\\w)_(?![\\s_])([^_\\n]{1,500}?)(?<!\\s)_(?!\\w)",
    "~~(?!\\s)([^~\\n]{1,500}?)(?<!\\s)~~",
    '!?\\[([^\\[\\]\\n]{0,300})\\]\\(<?([^\\s()<>]{1,2000})>?(?:\\s+"[^"\\n]{0,300}")?\\)',
    "(https?://[^\\s<>()\\[\\]{}\"'`|\\\\^]{1,2000})",
  ].join("|"),
  "g",
);

function inline(text: string, base: Styled = {}): RichTextElement[] {
  const elements: RichTextElement[] = [];
  let from = 0;
  for (const found of text.matchAll(INLINE)) {
    if (elements.length >= MOST_ELEMENTS - 2) break;
    elements.push(...run(text.slice(from, found.index), base), ...styled(found, base));
    from = found.index + found[0].length;
  }
  return [...elements, ...run(text.slice(from), base)];
}

function styled(found: RegExpExecArray, base: Styled): RichTextElement[] {
  const [whole, code, bold, bold2, italic, italic2, struck, label, target, address] = found;
  if (code !== undefined) return run(code, { ...base, code: true });
  if (bold ?? bold2) return run((bold ?? bold2)!, { ...base, bold: true });
  if (italic ?? italic2) return run((italic ?? italic2)!, { ...base, italic: true });
  if (struck !== undefined) return run(struck, { ...base, strike: true });
  if (target !== undefined) return labelled(label ?? "", target, whole, base);
  const bare = (address ?? "").replace(/[.,;:!?]+$/, "");
  return [...linkTo(bare, base), ...run((address ?? "").slice(bare.length), base)];
}

/** `[label](address)`: the label as text, the address beside it. Anything but http(s) stays as it was written. */
function labelled(label: string, target: string, whole: string, base: Styled): RichTextElement[] {
  const link = linkTo(target, base);
  if (link[0]?.type !== "link") return run(whole, base);
  if (label.trim() === "" || label.trim() === target) return link;
  return [...run(`${label} (`, base), ...link, ...run(")", base)];
}

/**
 * A link that says where it leads: its text is the address itself, hosts in ASCII, so that look-alike letters show.
 * Addresses with a user name before the host are shown, not linked.
 */
function linkTo(address: string, base: Styled): RichTextElement[] {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain =
    (url?.protocol === "https:" || url?.protocol === "http:") && url.username === "" && url.password === "";
  if (!url || !isPlain || url.href.length > 2_000) return run(address, base);
  const style = Object.keys(base).length > 0 ? { style: base } : {};
  return [{ type: "link", url: url.href, text: url.href, ...style }];
}
