import { htmlOfBlocks } from "./html-blocks.ts";
import { PAGE_STYLE } from "./html-style.ts";
import { escapeHtml, htmlOfMrkdwn, htmlOfText, type Names } from "./html-text.ts";
import { asJson, asList, asText, type Json } from "./json.ts";

/** Who says a message and how it is shown. */
export interface MessageLook {
  /** Names of people and channels for the ids in texts. */
  names?: Names;
  author?: string;
  isApp?: boolean;
  time?: string;
  /** Only one person sees it. */
  isPrivate?: boolean;
  /** Drawn inside of a thread. */
  inThread?: boolean;
}

/** A message (text, blocks, files, edited…) as Slack would roughly show it. */
export function htmlOfMessage(message: object, look: MessageLook = {}): string {
  const read = asJson(message);
  const names = look.names ?? {};
  const isApp = look.isApp ?? read.bot_id !== undefined;
  const author = look.author ?? (isApp ? "Piloto" : (names[String(read.user)] ?? String(read.user ?? "Somebody")));
  const blocks = asList(read.blocks);
  const words = blocks.length
    ? htmlOfBlocks(blocks, names)
    : `<div class="block text">${htmlOfMrkdwn(asText(read.text) ?? "", names)}</div>`;
  const edited = read.edited ? '<span class="muted small"> (edited)</span>' : "";
  const eye = '<div class="private">Only visible to you</div>';
  const head = `<b class="author">${escapeHtml(author)}</b>${isApp ? '<span class="app">APP</span>' : ""}`;
  const time = `<span class="time">${escapeHtml(look.time ?? timeOf(read.ts))}</span>`;
  const files = asList(read.files).map((file) => fileBox(asJson(file)));
  const body = `${look.isPrivate ? eye : ""}<div class="head">${head}${time}</div>${words}${edited}${files.join("")}`;
  const css = `message${look.inThread ? " in-thread" : ""}${look.isPrivate ? " is-private" : ""}`;
  return `<div class="${css}">${avatar(author, isApp)}<div class="body">${body}</div></div>`;
}

/** A modal, or a Home tab. */
export function htmlOfView(view: object, look: { names?: Names } = {}): string {
  const read = asJson(view);
  const blocks = htmlOfBlocks(asList(read.blocks), look.names ?? {});
  if (read.type === "home") {
    const tabs = '<div class="tabs"><b>Home</b><span>Messages</span><span>About</span></div>';
    return `<div class="home"><div class="home-head">${avatar("Piloto", true)}<b>Piloto</b></div>${tabs}<div class="home-body">${blocks}</div></div>`;
  }
  const close = read.close ? htmlOfText(read.close) : "Cancel";
  const submit = read.submit ? `<button class="primary">${htmlOfText(read.submit)}</button>` : "";
  const head = `<div class="modal-head">${avatar("Piloto", true)}<b>${htmlOfText(read.title)}</b><span class="x">✕</span></div>`;
  const foot = `<div class="modal-foot"><button>${close}</button>${submit}</div>`;
  return `<div class="shade"><div class="modal">${head}<div class="modal-body">${blocks}</div>${foot}</div></div>`;
}

export interface PageOptions {
  /** Stands over the messages: `# ops`, `Thread`, or nothing. */
  title?: string;
  /** A line beside the title. */
  note?: string;
}

/** A whole page around messages or views. */
export function htmlOfPage(parts: string[], { title, note }: PageOptions = {}): string {
  const bar = title
    ? `<div class="bar"><b>${escapeHtml(title)}</b>${note ? `<span>${escapeHtml(note)}</span>` : ""}</div>`
    : "";
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><style>${PAGE_STYLE}</style></head><body>${bar}<main>${parts.join("")}</main></body></html>`;
}

/** A thread: its root, the line that counts replies, and the replies. */
export function htmlOfThread(messages: object[], look: MessageLook = {}): string {
  const [root, ...replies] = messages;
  if (!root) return "";
  const count = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
  const line = replies.length ? `<div class="replies"><span>${count}</span></div>` : "";
  return (
    htmlOfMessage(root, look) +
    line +
    replies.map((reply) => htmlOfMessage(reply, { ...look, inThread: true })).join("")
  );
}

function avatar(name: string, isApp: boolean): string {
  if (isApp) return `<div class="avatar bot">${PILOTO}</div>`;
  const colour = ["#5b7fa6", "#8c6bb1", "#2f8f83", "#b5713c", "#a1476b"][hash(name) % 5];
  return `<div class="avatar" style="background:${colour}">${escapeHtml(name.slice(0, 1).toUpperCase())}</div>`;
}

/** A paper plane. */
const PILOTO =
  '<svg viewBox="0 0 36 36"><path d="M8 17.5 28.5 8 24 28l-6.4-5.4-3.2 4-.9-6.6z" fill="#fff"/>' +
  '<path d="M13.5 20 28.5 8 17.6 22.6" fill="none" stroke="#3b3f8f" stroke-width="1.3" stroke-linejoin="round"/></svg>';

function hash(text: string): number {
  return [...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7);
}

function fileBox(file: Json): string {
  const size = Number(file.size ?? 0);
  const shown = size > 10_000 ? `${Math.round(size / 1000)} kB` : `${size} bytes`;
  return `<div class="file"><div class="sheet">≡</div><div><b>${escapeHtml(String(file.title ?? file.name))}</b><div class="muted">${shown}</div></div></div>`;
}

/** `10:05` of a timestamp, in UTC so that pictures are the same everywhere. */
function timeOf(ts: unknown): string {
  const ms = Number(ts) * 1000;
  return Number.isFinite(ms) && ms > 0 ? new Date(ms).toISOString().slice(11, 16) : "10:00";
}
