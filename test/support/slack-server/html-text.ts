import { asJson, asList, asText, type Json } from "./json.ts";

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Names for the ids in mentions. */
export type Names = Record<string, string>;

const EMOJI: Record<string, string> = {
  white_check_mark: "✅",
  heavy_check_mark: "✔",
  x: "❌",
  warning: "⚠",
  hourglass_flowing_sand: "⏳",
  eyes: "👀",
  arrow_forward: "▶",
  double_vertical_bar: "⏸",
  lock: "🔒",
  rotating_light: "🚨",
  mag: "🔍",
};

function mention(label: string): string {
  return `<span class="mention">${escapeHtml(label)}</span>`;
}

/** What stands between < and > in mrkdwn. */
function bracket(inner: string, names: Names): string {
  const [target = "", label] = inner.split("|");
  if (target.startsWith("@")) return mention(`@${names[target.slice(1)] ?? label ?? target.slice(1)}`);
  if (target.startsWith("#")) return mention(`#${names[target.slice(1)] ?? label ?? target.slice(1)}`);
  if (target.startsWith("!date")) return escapeHtml(label ?? "");
  if (target.startsWith("!subteam^")) return mention(`@${names[target.slice(9)] ?? label ?? "group"}`);
  if (target.startsWith("!")) return mention(`@${target.slice(1)}`);
  return `<a>${label ?? target}</a>`;
}

/** Slack's mrkdwn as HTML. What is escaped in it stays escaped. */
export function htmlOfMrkdwn(text: string, names: Names = {}): string {
  const kept: string[] = [];
  const keep = (html: string) => `\u0001${kept.push(html) - 1}\u0002`;
  const parts = text
    .replace(/```\n?([\s\S]*?)\n?```/g, (_, code: string) => keep(`<pre>${code}</pre>`))
    .replace(/`([^`\n]+)`/g, (_, code: string) => keep(`<code>${code}</code>`))
    .replace(/<([^<>\n]+)>/g, (_, inner: string) => keep(bracket(inner, names)))
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/(^|[\s(_~])\*([^*\n]+)\*/g, "$1<b>$2</b>")
    .replace(/(^|[\s(*~>])_([^_\n]+)_(?![a-z0-9])/gi, "$1<i>$2</i>")
    .replace(/(^|[\s(*_])~([^~\n]+)~/g, "$1<s>$2</s>")
    .replace(/:([a-z_+-]+):/g, (whole, name: string) => EMOJI[name] ?? whole)
    .replace(/^&gt; ?(.*)$/gm, "<blockquote>$1</blockquote>")
    .replace(/^[•-] (.*)$/gm, '<span class="bullet">•</span> $1')
    .replace(/\n/g, "<br>");
  return parts
    .replace(/\u0001(\d+)\u0002/g, (_, at: string) => kept[Number(at)]!)
    .replace(/(<\/pre>|<\/blockquote>)<br>/g, "$1");
}

/** A text object as HTML. */
export function htmlOfText(value: unknown, names: Names = {}): string {
  const text = asJson(value);
  const words = asText(text.text) ?? "";
  return text.type === "mrkdwn" ? htmlOfMrkdwn(words, names) : escapeHtml(words).replace(/\n/g, "<br>");
}

/** The markdown of a `markdown` block: headings, lists, quotes, code and emphasis. */
export function htmlOfMarkdown(text: string): string {
  const inline = (line: string) =>
    escapeHtml(line)
      .replace(/`([^`]+)`/g, "<code>$1</code>")
      .replace(/\*\*([^*]+)\*\*/g, "<b>$1</b>")
      .replace(/(^|[^*])\*([^*]+)\*/g, "$1<i>$2</i>")
      .replace(/~~([^~]+)~~/g, "<s>$1</s>")
      .replace(/\[([^\]]+)\]\(([^)]+)\)/g, "<a>$1</a>");
  const lines = text.split("\n");
  const out: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.startsWith("```")) {
      const end = lines.findIndex((later, at) => at > i && later.startsWith("```"));
      const code = lines.slice(i + 1, end < 0 ? lines.length : end).join("\n");
      out.push(`<pre>${escapeHtml(code)}</pre>`);
      i = end < 0 ? lines.length : end;
    } else out.push(lineOf(line, inline));
  }
  return out.join("");
}

function lineOf(line: string, inline: (line: string) => string): string {
  const heading = /^#{1,6} (.*)$/.exec(line);
  if (heading) return `<h4>${inline(heading[1]!)}</h4>`;
  const item = /^(\s*)(?:[-*]|(\d+)\.) (.*)$/.exec(line);
  if (item) {
    const sign = item[2] ? `${item[2]}.` : "•";
    return `<div class="item" style="margin-left:${item[1]!.length * 8}px"><span>${sign}</span><div>${inline(item[3]!)}</div></div>`;
  }
  if (line.startsWith("> ")) return `<blockquote>${inline(line.slice(2))}</blockquote>`;
  return line.trim() === "" ? '<div class="gap"></div>' : `<div>${inline(line)}</div>`;
}

/** A rich_text block as HTML. */
export function htmlOfRichText(value: unknown, names: Names = {}): string {
  return asList(asJson(value).elements)
    .map((part) => richPart(asJson(part), names))
    .join("");
}

function richPart(part: Json, names: Names): string {
  const elements = asList(part.elements).map(asJson);
  const inline = () => elements.map((element) => richInline(element, names)).join("");
  if (part.type === "rich_text_preformatted") return `<pre>${inline()}</pre>`;
  if (part.type === "rich_text_quote") return `<blockquote>${inline()}</blockquote>`;
  if (part.type !== "rich_text_list") return `<div>${inline().replace(/\n/g, "<br>")}</div>`;
  return elements
    .map((item, i) => {
      const sign = part.style === "ordered" ? `${i + 1}.` : "•";
      return `<div class="item" style="margin-left:${Number(part.indent ?? 0) * 18}px"><span>${sign}</span>${richPart(item, names)}</div>`;
    })
    .join("");
}

function richInline(element: Json, names: Names): string {
  const style = asJson(element.style);
  let html = richPlain(element, names);
  if (style.code) html = `<code>${html}</code>`;
  if (style.bold) html = `<b>${html}</b>`;
  if (style.italic) html = `<i>${html}</i>`;
  if (style.strike) html = `<s>${html}</s>`;
  return style.underline ? `<u>${html}</u>` : html;
}

function richPlain(element: Json, names: Names): string {
  const { type } = element;
  if (type === "text") return escapeHtml(String(element.text));
  if (type === "link") return `<a>${escapeHtml(String(element.text ?? element.url))}</a>`;
  if (type === "user") return mention(`@${names[String(element.user_id)] ?? element.user_id}`);
  if (type === "channel") return mention(`#${names[String(element.channel_id)] ?? element.channel_id}`);
  if (type === "usergroup") return mention(`@${names[String(element.usergroup_id)] ?? element.usergroup_id}`);
  if (type === "broadcast") return mention(`@${String(element.range)}`);
  if (type === "emoji") return EMOJI[String(element.name)] ?? `:${String(element.name)}:`;
  return escapeHtml(String(element.fallback ?? element.value ?? ""));
}
