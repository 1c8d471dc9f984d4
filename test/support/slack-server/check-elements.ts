import { checkRichText } from "./check-rich-text.ts";
import { asList, type Json } from "./json.ts";
import { flag, into, type Look, list, object, oneOf, onlyKeys, string, text, webUrl, whole, wrong } from "./look.ts";

const SELECT_KINDS = ["static", "external", "users", "conversations", "channels"];
const SELECTS = SELECT_KINDS.flatMap((kind) => [`${kind}_select`, `multi_${kind}_select`]);
const MENUS = ["checkboxes", "radio_buttons", "datepicker", "datetimepicker", "timepicker", ...SELECTS];

/** Which elements each place takes, from @slack/types 3.2.0. */
export const ELEMENTS_IN = {
  actions: ["button", "overflow", "workflow_button", "rich_text_input", ...MENUS],
  accessory: ["button", "overflow", "workflow_button", "image", ...MENUS],
  input: [
    "plain_text_input",
    "rich_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
    ...MENUS,
  ],
  context_actions: ["feedback_buttons", "icon_button"],
} as const;

/** Checks one interactive element (or an accessory image) for the place that holds it. */
export function checkElement(look: Look, value: unknown, place: keyof typeof ELEMENTS_IN) {
  const element = object(look, value);
  if (!element) return;
  const kind = String(element.type);
  if (!(ELEMENTS_IN[place] as readonly string[]).includes(kind)) {
    return wrong(into(look, "type"), `unsupported type ${JSON.stringify(element.type)} in ${place}`);
  }
  if (kind === "image") return checkImage(look, element);
  string(into(look, "action_id"), element.action_id, 255);
  text(into(look, "placeholder"), element.placeholder, 150, { plain: true });
  flag(into(look, "focus_on_load"), element.focus_on_load);
  checkConfirm(into(look, "confirm"), element.confirm);
  onlyKeys(look, element, ["type", "action_id", ...keysOf(kind)]);
  checkKind(look, element, kind);
}

export function checkImage(look: Look, image: Json) {
  onlyKeys(look, image, ["type", "alt_text", "image_url", "slack_file"]);
  string(into(look, "alt_text"), image.alt_text, 2000, { required: true });
  if ((image.image_url === undefined) === (image.slack_file === undefined)) {
    wrong(look, "needs either image_url or slack_file");
  }
  webUrl(into(look, "image_url"), image.image_url);
}

function keysOf(kind: string): string[] {
  const input = ["initial_value", "dispatch_action_config", "focus_on_load", "placeholder"];
  const own: Record<string, string[]> = {
    button: ["text", "value", "url", "style", "accessibility_label", "confirm"],
    workflow_button: ["text", "workflow", "style", "accessibility_label", "confirm"],
    icon_button: ["icon", "text", "accessibility_label", "value", "visible_to_user_ids", "confirm"],
    feedback_buttons: ["positive_button", "negative_button"],
    overflow: ["options", "confirm"],
    checkboxes: ["options", "initial_options", "confirm", "focus_on_load"],
    radio_buttons: ["options", "initial_option", "confirm", "focus_on_load"],
    datepicker: ["initial_date", "confirm", "focus_on_load", "placeholder"],
    datetimepicker: ["initial_date_time", "confirm", "focus_on_load"],
    timepicker: ["initial_time", "timezone", "confirm", "focus_on_load", "placeholder"],
    plain_text_input: [...input, "multiline", "min_length", "max_length"],
    email_text_input: input,
    url_text_input: input,
    number_input: [...input, "is_decimal_allowed", "min_value", "max_value"],
    rich_text_input: [...input, "min_lines", "max_lines"],
    file_input: ["filetypes", "max_files"],
  };
  return own[kind] ?? selectKeys(kind);
}

function selectKeys(kind: string): string[] {
  const usual = ["placeholder", "confirm", "focus_on_load"];
  const many = kind.startsWith("multi_") ? ["max_selected_items"] : [];
  const what = kind.replace("multi_", "").replace("_select", "");
  const s = many.length ? "s" : "";
  if (what === "static") return [...usual, ...many, `initial_option${s}`, "options", "option_groups"];
  if (what === "external") return [...usual, ...many, `initial_option${s}`, "min_query_length"];
  const initial = `initial_${what.slice(0, -1)}${s}`;
  if (what === "users") return [...usual, ...many, initial];
  if (what === "channels") return [...usual, ...many, initial, "response_url_enabled"];
  return [...usual, ...many, initial, "default_to_current_conversation", "filter", "response_url_enabled"];
}

function checkKind(look: Look, element: Json, kind: string) {
  if (kind === "button" || kind === "workflow_button" || kind === "icon_button")
    return checkButton(look, element, kind);
  if (kind === "feedback_buttons") return checkFeedback(look, element);
  if (kind === "overflow") return void checkOptions(into(look, "options"), element.options, 5);
  if (kind === "checkboxes" || kind === "radio_buttons") return checkChoices(look, element);
  if (kind === "plain_text_input") return checkTextInput(look, element);
  if (kind === "number_input" && typeof element.is_decimal_allowed !== "boolean") {
    wrong(into(look, "is_decimal_allowed"), "missing required field");
  }
  if (kind === "rich_text_input" && element.initial_value) {
    checkRichText(into(look, "initial_value"), element.initial_value);
  }
  if (kind === "static_select" || kind === "multi_static_select") checkStaticSelect(look, element);
  whole(into(look, "max_selected_items"), element.max_selected_items, 1, 100);
  whole(into(look, "max_files"), element.max_files, 1, 10);
}

function checkButton(look: Look, element: Json, kind: string) {
  text(into(look, "text"), element.text, 75, { required: true, plain: true });
  string(into(look, "value"), element.value, 2000);
  webUrl(into(look, "url"), element.url);
  oneOf(into(look, "style"), element.style, ["primary", "danger"]);
  string(into(look, "accessibility_label"), element.accessibility_label, 75);
  if (kind === "icon_button") oneOf(into(look, "icon"), element.icon, ["trash"], { required: true });
}

function checkFeedback(look: Look, element: Json) {
  for (const side of ["positive_button", "negative_button"]) {
    const button = object(into(look, side), element[side]);
    if (!button) continue;
    onlyKeys(into(look, side), button, ["text", "value", "accessibility_label"]);
    text(into(into(look, side), "text"), button.text, 75, { required: true, plain: true });
    string(into(into(look, side), "value"), button.value, 2000, { required: true });
  }
}

function checkTextInput(look: Look, element: Json) {
  flag(into(look, "multiline"), element.multiline);
  whole(into(look, "min_length"), element.min_length, 0, 3000);
  whole(into(look, "max_length"), element.max_length, 1, 3000);
  const most = typeof element.max_length === "number" ? element.max_length : 3000;
  string(into(look, "initial_value"), element.initial_value, Math.min(most, 3000), { min: 0 });
}

function checkOptions(look: Look, value: unknown, max: number, { min = 1 } = {}): string[] {
  const values = list(look, value, { min, max }).map((option, i) => checkOption(into(look, i), option));
  if (new Set(values).size < values.length) wrong(look, "two options have the same value");
  return values;
}

function checkOption(look: Look, value: unknown): string {
  const option = object(look, value);
  if (!option) return "";
  onlyKeys(look, option, ["text", "value", "description", "url"]);
  text(into(look, "text"), option.text, 75, { required: true });
  string(into(look, "value"), option.value, 75, { required: true });
  text(into(look, "description"), option.description, 75);
  webUrl(into(look, "url"), option.url);
  return String(option.value);
}

function checkChoices(look: Look, element: Json) {
  const values = checkOptions(into(look, "options"), element.options, 10);
  checkInitial(look, element, values);
}

function checkStaticSelect(look: Look, element: Json) {
  if ((element.options === undefined) === (element.option_groups === undefined)) {
    return wrong(look, "needs either options or option_groups");
  }
  if (element.options) return checkInitial(look, element, checkOptions(into(look, "options"), element.options, 100));
  const groups = into(look, "option_groups");
  const values = list(groups, element.option_groups, { min: 1, max: 100 }).flatMap((value, i) => {
    const group = object(into(groups, i), value);
    text(into(into(groups, i), "label"), group?.label, 75, { required: true, plain: true });
    return group ? checkOptions(into(into(groups, i), "options"), group.options, 100) : [];
  });
  checkInitial(look, element, values);
}

function checkInitial(look: Look, element: Json, values: string[]) {
  const chosen = [
    ...(element.initial_option ? [element.initial_option] : []),
    ...asList(element.initial_options),
  ] as Json[];
  for (const option of chosen) {
    if (!values.includes(String(option.value))) wrong(look, `initial option ${String(option.value)} is not an option`);
  }
}

function checkConfirm(look: Look, value: unknown) {
  if (value === undefined) return;
  const confirm = object(look, value);
  if (!confirm) return;
  onlyKeys(look, confirm, ["title", "text", "confirm", "deny", "style"]);
  text(into(look, "title"), confirm.title, 100, { plain: true });
  text(into(look, "text"), confirm.text, 300, { required: true });
  text(into(look, "confirm"), confirm.confirm, 30, { plain: true });
  text(into(look, "deny"), confirm.deny, 30, { plain: true });
  oneOf(into(look, "style"), confirm.style, ["primary", "danger"]);
}
