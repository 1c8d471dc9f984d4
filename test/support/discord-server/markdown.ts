/** Names for the ids in mentions, and the time from which "3 minutes ago" is counted. */
export interface Names {
  nowMs(): number;
  user(id: string): string;
  channel(id: string): string;
  role(id: string): string;
}

/**
 * Discord's markdown as HTML, for looking at messages: headings, subtext, lists, quotes, fences, spans, mentions, times.
 * Everything is escaped first. Close to what the client shows, not the same.
 */
export function htmlOfMarkdown(text: string, names: Names): string {
  const kept: string[] = [];
  const keep = (html: string) => `\u0000${kept.push(html) - 1}\u0000`;
  const coded = text.replace(CODE_OR_ESCAPE, (_all, fence?: string, sign?: string, _ticks?: string, code?: string) => {
    if (fence !== undefined) return `\u0001${keep(`<pre><code>${escapeHtml(fence)}</code></pre>`)}\u0001`;
    return keep(sign === undefined ? `<code>${escapeHtml(code ?? "")}</code>` : escapeHtml(sign));
  });
  const html = blocks(coded, (line) => spans(line, names, keep));
  return restored(html, kept);
}

/** From left to right, as Discord reads: an escaped tick opens no code, and inside code nothing is escaped. */
const CODE_OR_ESCAPE = /```(?:[\w+-]*\n)?([\s\S]*?)\n?```|\\([\\*_~|`>#<[\]()@:/.-])|(``?)([^`\n]+)\3/g;

/** Nested: what was kept may hold what was kept before. */
function restored(html: string, kept: readonly string[]): string {
  const next = html.replace(/\u0001?\u0000(\d+)\u0000\u0001?/g, (_all, n: string) => kept[Number(n)]!);
  return next === html ? html : restored(next, kept);
}

export const escapeHtml = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

type Span = (line: string) => string;

interface Rule {
  readonly pattern: RegExp;
  readonly html: (match: RegExpExecArray, span: Span) => string;
  readonly group?: "ul" | "ol" | "blockquote";
}

const RULES: readonly Rule[] = [
  { pattern: /^(#{1,3}) (.+)$/, html: (m, span) => `<h${m[1]!.length}>${span(m[2]!)}</h${m[1]!.length}>` },
  { pattern: /^-# (.+)$/, html: (m, span) => `<small>${span(m[1]!)}</small>` },
  {
    pattern: /^( *)[-*] (.+)$/,
    html: (m, span) => `<li class="in${Math.min(2, m[1]!.length)}">${span(m[2]!)}</li>`,
    group: "ul",
  },
  { pattern: /^\d+\. (.+)$/, html: (m, span) => `<li>${span(m[1]!)}</li>`, group: "ol" },
  { pattern: /^> (.*)$/, html: (m, span) => `<div>${span(m[1]!) || "&nbsp;"}</div>`, group: "blockquote" },
];

function blocks(text: string, span: Span): string {
  let html = "";
  let group: Rule["group"];
  const enter = (next: Rule["group"]) => {
    if (next === group) return;
    html += (group ? `</${group}>` : "") + (next ? `<${next}>` : "");
    group = next;
  };
  for (const line of text.split("\n")) {
    const rule = RULES.find((one) => one.pattern.test(line));
    enter(rule?.group);
    const isBlock = /^\u0001.*\u0001$/.test(line);
    if (rule) html += rule.html(rule.pattern.exec(line)!, span);
    else if (isBlock) html += line;
    else html += line ? `<div>${span(line)}</div>` : `<div class="blank"></div>`;
  }
  enter(undefined);
  return html;
}

function spans(line: string, names: Names, keep: (html: string) => string): string {
  const pill = (text: string) => keep(`<span class="mention">${escapeHtml(text)}</span>`);
  const linked = line
    .replace(/<@!?(\d+)>/g, (_all, id: string) => pill(`@${names.user(id)}`))
    .replace(/<@&(\d+)>/g, (_all, id: string) => pill(`@${names.role(id)}`))
    .replace(/<#(\d+)>/g, (_all, id: string) => pill(`# ${names.channel(id)}`))
    .replace(/<\/([^:>]+):\d+>/g, (_all, name: string) => pill(`/${name}`))
    .replace(/@(everyone|here)\b/g, (all) => pill(all))
    .replace(/<t:(\d+)(?::(\w))?>/g, (_all, at: string, style: string) =>
      keep(`<span class="time">${timeOf(Number(at), style, names.nowMs())}</span>`),
    )
    .replace(/\[([^\]]+)\]\(<?(https?:\/\/[^)>\s]+)>?\)/g, (_all, label: string) => keep(`<a>${escapeHtml(label)}</a>`))
    .replace(/<?(https?:\/\/[^\s<>\u0000]+)>?/g, (_all, url: string) => keep(`<a>${escapeHtml(url)}</a>`));
  return escapeHtml(linked)
    .replace(/\*\*\*(.+?)\*\*\*/g, "<b><i>$1</i></b>")
    .replace(/\*\*(.+?)\*\*/g, "<b>$1</b>")
    .replace(/__(.+?)__/g, "<u>$1</u>")
    .replace(/\*(\S(?:.*?\S)?)\*/g, "<i>$1</i>")
    .replace(/(?<!\w)_(\S(?:.*?\S)?)_(?!\w)/g, "<i>$1</i>")
    .replace(/~~(.+?)~~/g, "<s>$1</s>")
    .replace(/\|\|(.+?)\|\|/g, '<span class="spoiler">$1</span>');
}

function timeOf(seconds: number, style: string | undefined, nowMs: number): string {
  if (style === "R") return relative(seconds - nowMs / 1000);
  const date = new Date(seconds * 1000);
  const hours = date.toISOString().slice(11, 16);
  return style === "t" || style === "T" ? hours : `${date.toISOString().slice(0, 10)} ${hours}`;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

function relative(seconds: number): string {
  const [unit, size] = UNITS.find(([, one]) => Math.abs(seconds) >= one) ?? UNITS[3];
  return new Intl.RelativeTimeFormat("en").format(Math.round(seconds / size), unit);
}
