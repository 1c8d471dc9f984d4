import { escapeHtml, htmlOfMarkdown, htmlOfRichText, htmlOfText, type Names } from "./html-text.ts";
import { asJson, asList, asText, type Json } from "./json.ts";

const CHECK =
  '<path d="M4.6 8.3l2.3 2.3 4.5-4.9" fill="none" stroke="#fff" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>';
const BANG = '<path d="M8 4.4v4.2M8 11.3v.2" fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round"/>';

/** The sign before a task: a hollow ring, a turning one, a green check, a red mark. */
const TASK_SIGN: Record<string, string> = {
  pending: '<circle cx="8" cy="8" r="6.4" fill="none" stroke="#b3b1b5" stroke-width="1.5"/>',
  in_progress:
    '<circle cx="8" cy="8" r="6.2" fill="none" stroke="#d6e6f5" stroke-width="2"/>' +
    '<path d="M8 1.8a6.2 6.2 0 0 1 6.2 6.2" fill="none" stroke="#1264a3" stroke-width="2" stroke-linecap="round"/>',
  complete: `<circle cx="8" cy="8" r="7.2" fill="#148567"/>${CHECK}`,
  error: `<circle cx="8" cy="8" r="7.2" fill="#d92649"/>${BANG}`,
};

function sign(status: string): string {
  return `<svg class="sign" viewBox="0 0 16 16">${TASK_SIGN[status] ?? TASK_SIGN.pending}</svg>`;
}

/** Blocks as HTML, one after the other. */
export function htmlOfBlocks(blocks: unknown[], names: Names = {}): string {
  return blocks.map((block) => htmlOfBlock(asJson(block), names)).join("");
}

type Draw = (block: Json, names: Names) => string;

const DRAW: Record<string, Draw> = {
  section: drawSection,
  divider: () => '<hr class="block">',
  header: (block, names) => `<div class="block header">${htmlOfText(block.text, names)}</div>`,
  context: drawContext,
  actions: (block) =>
    `<div class="block actions">${asList(block.elements)
      .map((e) => drawElement(asJson(e)))
      .join("")}</div>`,
  context_actions: (block) =>
    `<div class="block actions small">${asList(block.elements)
      .map((e) => drawElement(asJson(e)))
      .join("")}</div>`,
  markdown: (block) => `<div class="block text">${htmlOfMarkdown(asText(block.text) ?? "")}</div>`,
  rich_text: (block, names) => `<div class="block text">${htmlOfRichText(block, names)}</div>`,
  plan: drawPlan,
  task_card: (block, names) => `<div class="block plan lone">${drawTask(block, names)}</div>`,
  alert: (block, names) =>
    `<div class="block alert ${asText(block.level) ?? "default"}"><i></i><div>${htmlOfText(block.text, names)}</div></div>`,
  container: drawContainer,
  card: drawCard,
  carousel: (block, names) =>
    asList(block.elements)
      .map((card) => drawCard(asJson(card), names))
      .join(""),
  table: (block, names) => drawTable(block, names),
  data_table: (block, names) =>
    `<div class="caption">${escapeHtml(asText(block.caption) ?? "")}</div>${drawTable(block, names, true)}`,
  input: drawInput,
  image: (block) => `<div class="block image">${escapeHtml(asText(block.alt_text) ?? "")}</div>`,
};

function htmlOfBlock(block: Json, names: Names): string {
  const draw = DRAW[String(block.type)];
  return draw ? draw(block, names) : `<div class="block unknown">${escapeHtml(String(block.type))}?</div>`;
}

function drawSection(block: Json, names: Names): string {
  const fields = asList(block.fields).map((field) => `<div>${htmlOfText(field, names)}</div>`);
  const accessory = block.accessory ? `<div class="accessory">${drawElement(asJson(block.accessory))}</div>` : "";
  const words = block.text ? `<div class="text">${htmlOfText(block.text, names)}</div>` : "";
  const grid = fields.length ? `<div class="fields">${fields.join("")}</div>` : "";
  return `<div class="block section"><div class="grow">${words}${grid}</div>${accessory}</div>`;
}

function drawContext(block: Json, names: Names): string {
  const elements = asList(block.elements).map((element) => `<span>${htmlOfText(element, names)}</span>`);
  return `<div class="block context">${elements.join("")}</div>`;
}

function drawPlan(block: Json, names: Names): string {
  const tasks = asList(block.tasks).map(asJson);
  const done = tasks.filter((task) => task.status === "complete").length;
  const state = tasks.some((task) => task.status === "error")
    ? "error"
    : tasks.some((task) => task.status === "in_progress")
      ? "in_progress"
      : tasks.length > 0 && done === tasks.length
        ? "complete"
        : "pending";
  const head = `<div class="plan-head">${sign(state)}<b>${escapeHtml(asText(block.title) ?? "")}</b></div>`;
  return `<div class="block plan">${head}<div class="tasks">${tasks.map((task) => drawTask(task, names)).join("")}</div></div>`;
}

function drawTask(task: Json, names: Names): string {
  const status = String(task.status);
  const details = task.details ? `<div class="details">${htmlOfRichText(task.details, names)}</div>` : "";
  const output = task.output ? `<div class="output">${htmlOfRichText(task.output, names)}</div>` : "";
  const sources = asList(task.sources).map(
    (source) => `<a class="source">${escapeHtml(String(asJson(source).text))}</a>`,
  );
  const title = `<div class="task-title">${escapeHtml(asText(task.title) ?? "")}</div>`;
  return `<div class="task ${status}">${sign(status)}<div class="grow">${title}${details}${output}${sources.join("")}</div></div>`;
}

function drawContainer(block: Json, names: Names): string {
  const title = block.rich_text_title ? htmlOfRichText(block.rich_text_title, names) : htmlOfText(block.title, names);
  const folded = block.is_collapsible === true && block.default_collapsed === true;
  const arrow = block.is_collapsible === true ? `<span class="arrow">${folded ? "▸" : "▾"}</span>` : "";
  const body = folded ? "" : `<div class="inside">${htmlOfBlocks(asList(block.child_blocks), names)}</div>`;
  return `<div class="block container"><div class="container-head">${arrow}<b>${title}</b></div>${body}</div>`;
}

function drawCard(card: Json, names: Names): string {
  const line = (name: string, css: string) =>
    card[name] ? `<div class="${css}">${htmlOfText(card[name], names)}</div>` : "";
  const buttons = asList(card.actions)
    .map((button) => drawElement(asJson(button)))
    .join("");
  const body = `${line("title", "card-title")}${line("subtitle", "muted")}${line("body", "text")}`;
  return `<div class="block container card">${body}<div class="actions">${buttons}</div></div>`;
}

function drawTable(block: Json, names: Names, withHead = false): string {
  const settings = asList(block.column_settings).map(asJson);
  const rows = asList(block.rows).map((row, at) => {
    const tag = withHead && at === 0 ? "th" : "td";
    const cells = asList(row).map((cell, column) => {
      const read = asJson(cell);
      const inner = read.type === "rich_text" ? htmlOfRichText(read, names) : escapeHtml(asText(read.text) ?? "");
      const align = asText(settings[column]?.align) ?? (read.type === "raw_number" ? "right" : "left");
      return `<${tag} style="text-align:${align}">${inner}</${tag}>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<table class="block">${rows.join("")}</table>`;
}

function drawInput(block: Json, names: Names): string {
  const optional = block.optional === true ? ' <span class="muted">(optional)</span>' : "";
  const hint = block.hint ? `<div class="hint">${htmlOfText(block.hint, names)}</div>` : "";
  const label = `<label>${htmlOfText(block.label, names)}${optional}</label>`;
  return `<div class="block input">${label}${drawElement(asJson(block.element))}${hint}</div>`;
}

/** One interactive element, as it looks untouched. */
function drawElement(element: Json): string {
  const type = String(element.type);
  if (type.endsWith("button"))
    return `<button class="${asText(element.style) ?? ""}">${htmlOfText(element.text)}</button>`;
  if (type === "feedback_buttons") return '<button class="round">👍</button><button class="round">👎</button>';
  if (type === "overflow") return '<button class="more">···</button>';
  if (type === "checkboxes" || type === "radio_buttons") return drawChoices(element, type);
  const chooses = type.includes("select") ? "Choose" : "";
  const placeholder = `<span class="placeholder">${htmlOfText(element.placeholder) || chooses}</span>`;
  if (type.includes("select")) {
    const chosen = asJson(element.initial_option).text;
    return `<div class="field select"><span>${chosen ? htmlOfText(chosen) : placeholder}</span><i>▾</i></div>`;
  }
  const initial = asText(element.initial_value) ?? asText(element.initial_date) ?? "";
  const lines = element.multiline === true ? " multiline" : "";
  return `<div class="field${lines}">${initial ? escapeHtml(initial).replace(/\n/g, "<br>") : placeholder}</div>`;
}

function drawChoices(element: Json, type: string): string {
  const initial = [...asList(element.initial_options), element.initial_option].map((o) => asJson(o).value);
  return asList(element.options)
    .map((value) => {
      const option = asJson(value);
      const on = initial.includes(option.value) ? " on" : "";
      const tick = on ? `<svg viewBox="0 0 16 16">${CHECK}</svg>` : "";
      const more = option.description ? `<div class="muted">${htmlOfText(option.description)}</div>` : "";
      return `<div class="choice"><span class="${type}${on}">${tick}</span><div>${htmlOfText(option.text)}${more}</div></div>`;
    })
    .join("");
}
