import { asJson, asList, asText, isJson, type Json } from "./json.ts";

/** Values by block_id or action_id: text for inputs, an option's value (or several) for menus. */
export type FilledIn = Record<string, string | string[] | null>;

/** The `state` of a submission: what every input holds. Throws when a value names an input that is not there. */
export function stateOf(blocks: unknown[], filled: FilledIn): { values: Record<string, Json> } {
  const values: Record<string, Json> = {};
  const used = new Set<string>();
  for (const value of blocks) {
    const block = asJson(value);
    const element = asJson(block.element ?? (isInput(block.accessory) ? block.accessory : undefined));
    const blockId = asText(block.block_id);
    const actionId = asText(element.action_id);
    if (!blockId || !actionId) continue;
    const key = [blockId, actionId].find((name) => name in filled);
    if (key) used.add(key);
    values[blockId] = { [actionId]: entered(element, key === undefined ? undefined : filled[key]) };
  }
  const unknown = Object.keys(filled).filter((name) => !used.has(name));
  if (unknown.length)
    throw new Error(`There is no input ${unknown.join(", ")}, only: ${Object.keys(values).join(", ")}.`);
  return { values };
}

/** What Slack's own screen stops before the app hears of it. */
export function refuseUnfit(blocks: unknown[], { values }: { values: Record<string, Json> }): void {
  for (const value of blocks) {
    const block = asJson(value);
    const element = asJson(block.element);
    const entry = asJson(values[String(block.block_id)]?.[String(element.action_id)]);
    const held =
      entry.value ?? entry.selected_option ?? entry.selected_options ?? entry.selected_date ?? entry.selected_user;
    const isEmpty = held === null || held === undefined || (Array.isArray(held) && held.length === 0);
    if (block.type === "input" && block.optional !== true && isEmpty) {
      throw new Error(`Slack does not let ${String(block.block_id)} be empty.`);
    }
    const most = Number(element.max_length ?? 3000);
    if (typeof held === "string" && held.length > most) {
      throw new Error(`Slack lets ${String(block.block_id)} hold ${most} characters, not ${held.length}.`);
    }
  }
}

function isInput(element: unknown): boolean {
  return isJson(element) && !["button", "image", "overflow"].includes(String(element.type));
}

function entered(element: Json, value: string | string[] | null | undefined): Json {
  const type = String(element.type);
  const options = optionsOf(element);
  const chosen = (wanted: string) => {
    const found = options.find((option) => option.value === wanted);
    if (!found) throw new Error(`There is no option ${wanted}, only: ${options.map((o) => o.value).join(", ")}.`);
    return found;
  };
  if (type === "checkboxes" || type.startsWith("multi_static")) {
    return { type, selected_options: value === undefined ? asList(element.initial_options) : many(value).map(chosen) };
  }
  if (type === "radio_buttons" || type === "static_select") {
    const initial = element.initial_option ?? null;
    return { type, selected_option: value === undefined ? initial : value === null ? null : chosen(String(value)) };
  }
  if (type === "users_select")
    return { type, selected_user: value === undefined ? (element.initial_user ?? null) : value };
  if (type === "datepicker")
    return { type, selected_date: value === undefined ? (element.initial_date ?? null) : value };
  if (type === "timepicker")
    return { type, selected_time: value === undefined ? (element.initial_time ?? null) : value };
  return { type, value: value === undefined ? (element.initial_value ?? null) : value === "" ? null : value };
}

function many(value: string | string[] | null): string[] {
  return value === null ? [] : Array.isArray(value) ? value : [value];
}

function optionsOf(element: Json): Json[] {
  const grouped = asList(element.option_groups).flatMap((group) => asList(asJson(group).options));
  return [...asList(element.options), ...grouped].map(asJson);
}
