import { isSelect, TYPE } from "./component-rules.ts";
import { withEmoji } from "./emoji.ts";
import { escapeHtml, htmlOfMarkdown, type Names } from "./markdown.ts";
import type { Attachment, Component } from "./world.ts";

export interface Drawn {
  readonly names: Names;
  readonly attachments: readonly Attachment[];
}

/** Components of a message as HTML. */
export function htmlOfComponents(components: readonly Component[], drawn: Drawn): string {
  return components.map((component) => htmlOf(component, drawn)).join("");
}

export const htmlOfText = (text: string, names: Names) =>
  `<div class="md">${withEmoji(htmlOfMarkdown(text, names))}</div>`;

function htmlOf(component: Component, drawn: Drawn): string {
  const inside = () => htmlOfComponents(component.components ?? [], drawn);
  if (component.type === TYPE.container) return container(component, inside());
  if (component.type === TYPE.row) return `<div class="row">${inside()}</div>`;
  if (component.type === TYPE.textDisplay) return htmlOfText(component.content ?? "", drawn.names);
  if (component.type === TYPE.section) {
    const side = component.accessory ? htmlOf(component.accessory, drawn) : "";
    return `<div class="section"><div class="texts">${inside()}</div>${side}</div>`;
  }
  if (component.type === TYPE.separator) return separator(component);
  if (component.type === TYPE.button) return button(component);
  if (isSelect(component)) return select(component);
  if (component.type === TYPE.file) return file(component, drawn.attachments);
  return `<div class="md"><small>component of type ${component.type}</small></div>`;
}

function container(component: Component, inside: string): string {
  const colour = component.accent_color;
  if (typeof colour !== "number") return `<div class="container">${inside}</div>`;
  const hex = `#${colour.toString(16).padStart(6, "0")}`;
  return `<div class="container accent"><div class="accent-bar" style="background:${hex}"></div>${inside}</div>`;
}

function separator({ divider, spacing }: Component): string {
  return `<div class="separator${spacing === 2 ? " wide" : ""}${divider === false ? " blank" : ""}"></div>`;
}

const LINK =
  '<svg viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="2.500"><path d="M14 4h6v6M20 4l-9 9M10 5H5v14h14v-5"/></svg>';

/** A button as the client shows it; also the ones of a modal's foot. */
export function button(component: Component): string {
  const emoji = (component.emoji as { name?: string } | null | undefined)?.name ?? "";
  const label = [emoji, escapeHtml(component.label ?? "")].filter(Boolean).join(" ");
  const off = component.disabled ? " off" : "";
  return `<span class="button s${component.style}${off}">${withEmoji(label)}${component.style === 5 ? LINK : ""}</span>`;
}

export function select(component: Component): string {
  const chosen = ((component.options ?? []) as { label: string; default?: boolean }[]).filter((one) => one.default);
  const placeholder = escapeHtml(String(component.placeholder ?? "Make a selection"));
  const shown = chosen.length
    ? `<span class="set">${chosen.map((one) => escapeHtml(one.label)).join(", ")}</span>`
    : `<span>${placeholder}</span>`;
  return `<div class="select">${withEmoji(shown)}<span class="chevron"></span></div>`;
}

function file(component: Component, attachments: readonly Attachment[]): string {
  const url = (component.file as { url?: string } | undefined)?.url;
  const attachment = attachments.find((one) => one.url === url || url === `attachment://${one.filename}`);
  return attachment ? htmlOfFile(attachment) : htmlOfFile({ filename: url?.split("/").at(-1) ?? "file", size: 0 });
}

const SHEET =
  '<svg viewBox="0 0 28 36"><path d="M2 0h17l9 9v25a2 2 0 01-2 2H2a2 2 0 01-2-2V2a2 2 0 012-2z" fill="#d3d6fd"/><path d="M19 0l9 9h-9z" fill="#939bf9"/><path d="M6 17h16v2H6zM6 22h16v2H6zM6 27h11v2H6z" fill="#5865f2"/></svg>';

export function htmlOfFile({ filename, size }: Pick<Attachment, "filename" | "size">): string {
  const amount =
    size < 1024
      ? `${size} bytes`
      : size < 1024 ** 2
        ? `${(size / 1024).toFixed(2)} KB`
        : `${(size / 1024 ** 2).toFixed(2)} MB`;
  return `<div class="file">${SHEET}<div><div class="name">${escapeHtml(filename)}</div><div class="size">${amount}</div></div></div>`;
}
