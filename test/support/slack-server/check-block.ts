import { checkElement, checkImage } from "./check-elements.ts";
import { checkRichText } from "./check-rich-text.ts";
import { isJson, type Json } from "./json.ts";
import { flag, into, type Look, list, object, oneOf, onlyKeys, string, text, webUrl, whole, wrong } from "./look.ts";

export type Surface = "message" | "modal" | "home";

/** What the blocks of one payload share: counts and ids that must be unique over all of them. */
export interface Whole {
  readonly surface: Surface;
  readonly blockIds: Set<string>;
  readonly taskIds: Set<string>;
  markdownChars: number;
  plans: number;
  looseTasks: number;
  inputs: number;
  focused: number;
}

interface Rule {
  keys: string[];
  surfaces?: Surface[];
  check(look: Look, block: Json, whole: Whole): void;
}

const TASK_STATES = ["pending", "in_progress", "complete", "error"];

const RULES: Record<string, Rule> = {
  section: { keys: ["text", "fields", "accessory", "expand"], check: checkSection },
  divider: { keys: [], check: () => undefined },
  header: {
    keys: ["text", "level"],
    check: (l, b) => text(into(l, "text"), b.text, 150, { required: true, plain: true }),
  },
  context: { keys: ["elements"], check: checkContext },
  actions: { keys: ["elements"], check: (l, b) => checkActions(l, b, 25, "actions") },
  context_actions: {
    keys: ["elements"],
    surfaces: ["message"],
    check: (l, b) => checkActions(l, b, 5, "context_actions"),
  },
  image: { keys: ["alt_text", "title", "image_url", "slack_file"], check: checkImageBlock },
  input: {
    keys: ["label", "element", "hint", "optional", "dispatch_action"],
    surfaces: ["modal", "home"],
    check: checkInput,
  },
  markdown: { keys: ["text"], surfaces: ["message"], check: checkMarkdown },
  rich_text: { keys: ["elements"], check: (l, b) => checkRichText(l, b) },
  plan: { keys: ["title", "tasks"], surfaces: ["message"], check: checkPlan },
  task_card: {
    keys: ["task_id", "title", "details", "output", "sources", "status"],
    surfaces: ["message"],
    check(look, block, all) {
      all.looseTasks++;
      checkTask(look, block, all);
    },
  },
  alert: { keys: ["text", "level"], check: checkAlert },
  card: {
    keys: ["hero_image", "icon", "title", "subtitle", "body", "actions"],
    surfaces: ["message"],
    check: checkCard,
  },
  carousel: { keys: ["elements"], surfaces: ["message"], check: checkCarousel },
  container: {
    keys: [
      "title",
      "rich_text_title",
      "subtitle",
      "child_blocks",
      "width",
      "icon",
      "is_collapsible",
      "default_collapsed",
      "has_header_divider",
    ],
    surfaces: ["message"],
    check: checkContainer,
  },
  table: { keys: ["rows", "column_settings"], surfaces: ["message"], check: (l, b) => checkRows(l, b, 100) },
  data_table: {
    keys: ["rows", "caption", "page_size", "row_header_column_index"],
    surfaces: ["message"],
    check: checkDataTable,
  },
  file: { keys: ["source", "external_id"], surfaces: ["message"], check: () => undefined },
};

/** Checks one block, and books what must be counted or unique over all blocks. */
export function checkBlock(look: Look, value: unknown, all: Whole) {
  const block = object(look, value);
  if (!block) return;
  const rule = RULES[String(block.type)];
  if (!rule) return wrong(into(look, "type"), `unsupported type: ${JSON.stringify(block.type)}`);
  if (rule.surfaces && !rule.surfaces.includes(all.surface)) {
    wrong(into(look, "type"), `a ${String(block.type)} block is not allowed in a ${all.surface}`);
  }
  onlyKeys(look, block, ["type", "block_id", ...rule.keys]);
  string(into(look, "block_id"), block.block_id, 255);
  if (typeof block.block_id === "string") {
    if (all.blockIds.has(block.block_id)) wrong(into(look, "block_id"), `block_id ${block.block_id} is there twice`);
    all.blockIds.add(block.block_id);
  }
  rule.check(look, block, all);
}

function checkSection(look: Look, block: Json) {
  if (block.text === undefined && block.fields === undefined) wrong(look, "needs text or fields");
  text(into(look, "text"), block.text, 3000);
  flag(into(look, "expand"), block.expand);
  const fields = into(look, "fields");
  if (block.fields !== undefined) {
    list(fields, block.fields, { min: 1, max: 10 }).forEach((field, i) => {
      text(into(fields, i), field, 2000, { required: true });
    });
  }
  if (block.accessory !== undefined) checkElement(into(look, "accessory"), block.accessory, "accessory");
}

function checkContext(look: Look, block: Json) {
  const elements = into(look, "elements");
  list(elements, block.elements, { min: 1, max: 10 }).forEach((element, i) => {
    if (isJson(element) && element.type === "image") checkImage(into(elements, i), element);
    else text(into(elements, i), element, 3000, { required: true });
  });
}

function checkActions(look: Look, block: Json, max: number, place: "actions" | "context_actions") {
  const elements = into(look, "elements");
  const seen = new Set<unknown>();
  list(elements, block.elements, { min: 1, max }).forEach((element, i) => {
    checkElement(into(elements, i), element, place);
    const id = isJson(element) ? element.action_id : undefined;
    if (id !== undefined && seen.has(id)) wrong(into(elements, i), `action_id ${String(id)} is there twice`);
    seen.add(id);
  });
}

function checkImageBlock(look: Look, block: Json) {
  const { title, block_id: _, ...image } = block;
  text(into(look, "title"), title, 2000, { plain: true });
  checkImage(look, image);
}

function checkInput(look: Look, block: Json, all: Whole) {
  all.inputs++;
  text(into(look, "label"), block.label, 2000, { required: true, plain: true });
  text(into(look, "hint"), block.hint, 2000, { plain: true });
  flag(into(look, "optional"), block.optional);
  flag(into(look, "dispatch_action"), block.dispatch_action);
  checkElement(into(look, "element"), block.element, "input");
  if (isJson(block.element) && block.element.focus_on_load === true) all.focused++;
  if (!isJson(block.element) || block.element.action_id === undefined || block.block_id === undefined) {
    wrong(look, "an input needs a block_id and an action_id to be read again");
  }
}

function checkMarkdown(look: Look, block: Json, all: Whole) {
  string(into(look, "text"), block.text, 12_000, { required: true });
  all.markdownChars += typeof block.text === "string" ? block.text.length : 0;
}

function checkPlan(look: Look, block: Json, all: Whole) {
  all.plans++;
  string(into(look, "title"), block.title, 256, { required: true });
  const tasks = into(look, "tasks");
  list(tasks, block.tasks, { max: 50 }).forEach((value, i) => {
    const task = object(into(tasks, i), value);
    if (!task) return;
    oneOf(into(into(tasks, i), "type"), task.type, ["task_card"], { required: true });
    onlyKeys(into(tasks, i), task, ["type", "block_id", ...RULES.task_card!.keys]);
    checkTask(into(tasks, i), task, all);
  });
}

function checkTask(look: Look, task: Json, all: Whole) {
  string(into(look, "task_id"), task.task_id, 255, { required: true });
  if (all.taskIds.has(String(task.task_id)))
    wrong(into(look, "task_id"), `task_id ${String(task.task_id)} is there twice`);
  all.taskIds.add(String(task.task_id));
  string(into(look, "title"), task.title, 256, { required: true });
  oneOf(into(look, "status"), task.status, TASK_STATES, { required: true });
  for (const part of ["details", "output"]) if (task[part] !== undefined) checkRichText(into(look, part), task[part]);
  const sources = into(look, "sources");
  list(sources, task.sources, { max: 20 }).forEach((value, i) => {
    const source = object(into(sources, i), value);
    if (!source) return;
    oneOf(into(into(sources, i), "type"), source.type, ["url"], { required: true });
    webUrl(into(into(sources, i), "url"), source.url, { required: true });
    string(into(into(sources, i), "text"), source.text, 256, { required: true });
  });
}

function checkAlert(look: Look, block: Json) {
  text(into(look, "text"), block.text, 3000, { required: true });
  oneOf(into(look, "level"), block.level, ["default", "info", "warning", "error", "success"]);
}

function checkCard(look: Look, card: Json) {
  text(into(look, "title"), card.title, 150);
  text(into(look, "subtitle"), card.subtitle, 150);
  text(into(look, "body"), card.body, 200);
  for (const image of ["hero_image", "icon"]) if (isJson(card[image])) checkImage(into(look, image), card[image]);
  const buttons = into(look, "actions");
  list(buttons, card.actions, { max: 5 }).forEach((button, i) => {
    checkElement(into(buttons, i), button, "actions");
  });
}

function checkCarousel(look: Look, block: Json) {
  const cards = into(look, "elements");
  list(cards, block.elements, { min: 1, max: 10 }).forEach((value, i) => {
    const card = object(into(cards, i), value);
    if (!card) return;
    oneOf(into(into(cards, i), "type"), card.type, ["card"], { required: true });
    checkCard(into(cards, i), card);
  });
}

const IN_CONTAINER = "actions context divider file header image input rich_text section table video".split(" ");

function checkContainer(look: Look, block: Json, all: Whole) {
  text(into(look, "title"), block.title, 150, { plain: true });
  if (block.rich_text_title !== undefined) checkRichText(into(look, "rich_text_title"), block.rich_text_title);
  text(into(look, "subtitle"), block.subtitle, 150);
  oneOf(into(look, "width"), block.width, ["narrow", "standard", "wide", "full"]);
  for (const name of ["is_collapsible", "default_collapsed", "has_header_divider"]) flag(into(look, name), block[name]);
  const children = into(look, "child_blocks");
  list(children, block.child_blocks, { min: 1, max: 10 }).forEach((child, i) => {
    oneOf(into(into(children, i), "type"), isJson(child) ? child.type : undefined, IN_CONTAINER, { required: true });
    checkBlock(into(children, i), child, all);
  });
}

function checkRows(look: Look, block: Json, max: number) {
  const rows = into(look, "rows");
  const read = list(rows, block.rows, { min: 1, max });
  read.forEach((row, i) => {
    list(into(rows, i), row, { min: 1, max: 20 }).forEach((cell, j) => {
      checkCell(into(into(rows, i), j), cell);
    });
  });
  const settings = into(look, "column_settings");
  list(settings, block.column_settings, { max: 20 }).forEach((value, i) => {
    const setting = object(into(settings, i), value);
    if (!setting) return;
    onlyKeys(into(settings, i), setting, ["align", "is_wrapped"]);
    oneOf(into(into(settings, i), "align"), setting.align, ["left", "center", "right"]);
  });
}

function checkCell(look: Look, value: unknown) {
  const cell = object(look, value);
  if (!cell) return;
  if (cell.type === "rich_text") return checkRichText(look, cell);
  oneOf(into(look, "type"), cell.type, ["raw_text", "raw_number"], { required: true });
  onlyKeys(look, cell, cell.type === "raw_number" ? ["type", "text", "value"] : ["type", "text"]);
  string(into(look, "text"), cell.text, 3000, { required: true });
  if (cell.type === "raw_number" && typeof cell.value !== "number") wrong(into(look, "value"), "must be a number");
}

function checkDataTable(look: Look, block: Json) {
  string(into(look, "caption"), block.caption, 3000, { required: true });
  whole(into(look, "page_size"), block.page_size, 1, 100);
  whole(into(look, "row_header_column_index"), block.row_header_column_index, 0, 19);
  checkRows(look, block, 500);
}

/** Block types that this judge knows. */
export const BLOCK_TYPES = Object.keys(RULES);
