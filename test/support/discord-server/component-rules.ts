import type { Component } from "./world.ts";

/** Component types: https://discord.com/developers/docs/components/reference */
export const TYPE = {
  row: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  section: 9,
  textDisplay: 10,
  thumbnail: 11,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  fileUpload: 19,
} as const;

const SELECTS = [3, 5, 6, 7, 8];
export const isSelect = (component: Component) => SELECTS.includes(component.type);

interface Placed {
  readonly at: string;
  readonly component: Component;
}

/** Every component below, itself included, with its path; an accessory counts. */
export function flattened(components: readonly Component[], at = "components"): Placed[] {
  return components.flatMap((component, n) => below(component, `${at}[${n}]`));
}

function below(component: Component, at: string): Placed[] {
  return [
    { at, component },
    ...(component.components ? flattened(component.components, `${at}.components`) : []),
    ...(component.accessory ? below(component.accessory, `${at}.accessory`) : []),
    ...(component.component ? below(component.component, `${at}.component`) : []),
  ];
}

/** The components of a message: limits that Discord's official file does not hold. */
export function componentProblems(
  components: readonly Component[],
  { isV2, isLegacy }: { isV2: boolean; isLegacy: boolean },
): string[] {
  const all = flattened(components);
  return [
    ...(isV2 ? budgetProblems(all) : []),
    ...(isLegacy ? legacyProblems(components) : []),
    ...sharedProblems(all),
    ...all.flatMap(({ at, component }) => oneProblems(at, component)),
  ];
}

function budgetProblems(all: readonly Placed[]): string[] {
  const problems: string[] = [];
  if (all.length > 40) problems.push(`components: Must be 40 or fewer in total, found ${all.length}.`);
  const characters = all.reduce(
    (sum, { component }) => sum + (component.type === TYPE.textDisplay ? (component.content ?? "").length : 0),
    0,
  );
  if (characters > 4000) problems.push(`components: Text displays hold 4000 characters together, found ${characters}.`);
  return problems;
}

function legacyProblems(components: readonly Component[]): string[] {
  const problems = components.flatMap((component, n) =>
    component.type === TYPE.row
      ? []
      : [`components[${n}].type: Value of field "type" must be one of (1,) without IS_COMPONENTS_V2.`],
  );
  if (components.length > 5) problems.push("components: Must be 5 or fewer in length.");
  return problems;
}

function sharedProblems(all: readonly Placed[]): string[] {
  const seenIds = new Set<number>();
  const seenNames = new Set<string>();
  const problems: string[] = [];
  for (const { at, component } of all) {
    const { id, custom_id: name } = component;
    if (id && seenIds.has(id)) problems.push(`${at}.id: Component id is duplicated`);
    if (name && seenNames.has(name)) problems.push(`${at}.custom_id: Component custom id cannot be duplicated`);
    if (id) seenIds.add(id);
    if (name) seenNames.add(name);
  }
  return problems;
}

function oneProblems(at: string, component: Component): string[] {
  if (component.type === TYPE.row) return rowProblems(at, component.components ?? []);
  if (component.type === TYPE.button) return buttonProblems(at, component);
  if (isSelect(component)) return selectProblems(at, component);
  if (component.type === TYPE.section && (component.components ?? []).length > 3) {
    return [`${at}.components: Must be between 1 and 3 in length.`];
  }
  if (component.type === TYPE.file) return fileProblems(at, component);
  return [];
}

function rowProblems(at: string, inside: readonly Component[]): string[] {
  const selects = inside.filter(isSelect).length;
  if (selects > 0 && inside.length > 1) return [`${at}.components: A row holds up to 5 buttons or one select.`];
  return inside.length > 5 ? [`${at}.components: Must be between 1 and 5 in length.`] : [];
}

function buttonProblems(at: string, button: Component): string[] {
  const problems: string[] = [];
  const isLink = button.style === 5;
  const isPremium = button.style === 6;
  if (isLink && (!button.url || button.custom_id)) problems.push(`${at}: A link button has a url and no custom_id.`);
  if (!isLink && button.url) problems.push(`${at}.url: Only a link button has a url.`);
  if (!isLink && !isPremium && !button.custom_id) problems.push(`${at}.custom_id: A custom id is required`);
  if (!isPremium && !button.label && !button.emoji) problems.push(`${at}: A button needs a label or an emoji.`);
  return problems;
}

function selectProblems(at: string, select: Component): string[] {
  const problems: string[] = [];
  const { min_values: min, max_values: max } = select as { min_values?: number | null; max_values?: number | null };
  if (min != null && max != null && min > max) problems.push(`${at}.min_values: Must not exceed max_values.`);
  if (select.type !== TYPE.stringSelect) return problems;
  const options = (select.options ?? []) as { value: string; default?: boolean }[];
  if (options.length < 1 || options.length > 25) problems.push(`${at}.options: Must be between 1 and 25 in length.`);
  if (max != null && max > options.length) problems.push(`${at}.max_values: Must not exceed the number of options.`);
  if (new Set(options.map((option) => option.value)).size < options.length) {
    problems.push(`${at}.options: The specified option value is already used`);
  }
  if (options.filter((option) => option.default).length > (max ?? 1)) {
    problems.push(`${at}.options: More options are default than max_values allows.`);
  }
  return problems;
}

function fileProblems(at: string, component: Component): string[] {
  const url = (component.file as { url?: string } | undefined)?.url ?? "";
  return url.startsWith("attachment://") ? [] : [`${at}.file.url: Must be a reference to an attachment.`];
}

/** A modal: 1-5 at the top, names used once, inputs whose own limits agree. */
export function modalComponentProblems(components: readonly Component[]): string[] {
  const all = flattened(components);
  const problems = sharedProblems(all);
  if (components.length > 5) problems.push("components: Must be between 1 and 5 in length.");
  for (const { at, component } of all) {
    if (component.type === TYPE.textInput) problems.push(...inputProblems(at, component));
    if (isSelect(component)) problems.push(...selectProblems(at, component));
    if (component.type === TYPE.row && component.components?.some((inside) => inside.type !== TYPE.textInput)) {
      problems.push(`${at}.components: In a modal a row holds one text input.`);
    }
  }
  return problems;
}

function inputProblems(at: string, input: Component): string[] {
  const {
    min_length: min,
    max_length: max,
    value,
  } = input as { min_length?: number; max_length?: number; value?: string };
  const problems: string[] = [];
  if (min != null && max != null && min > max) problems.push(`${at}.min_length: Must not exceed max_length.`);
  if (value != null && value.length > (max ?? 4000))
    problems.push(`${at}.value: Must be ${max ?? 4000} or fewer in length.`);
  if (value && min != null && value.length < min) problems.push(`${at}.value: Must be ${min} or more in length.`);
  return problems;
}
