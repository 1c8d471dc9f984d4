import { flag, into, type Look, list, object, oneOf, onlyKeys, string, webUrl, whole, wrong } from "./look.ts";

const STYLES = ["bold", "code", "italic", "strike", "underline"];

/** The fields that each kind of inline element must and may have, from @slack/types 3.2.0 block-elements. */
const INLINE: Record<string, { must: string[]; may: string[] }> = {
  text: { must: ["text"], may: [] },
  link: { must: ["url"], may: ["text", "unsafe"] },
  user: { must: ["user_id"], may: [] },
  usergroup: { must: ["usergroup_id"], may: [] },
  channel: { must: ["channel_id"], may: [] },
  team: { must: ["team_id"], may: [] },
  emoji: { must: ["name"], may: ["unicode", "url"] },
  broadcast: { must: ["range"], may: [] },
  color: { must: ["value"], may: [] },
  date: { must: ["timestamp", "format"], may: ["url", "fallback"] },
};

/** A `rich_text` block or the rich text inside of a task card or a table cell. */
export function checkRichText(look: Look, value: unknown) {
  const block = object(look, value);
  if (!block) return;
  oneOf(into(look, "type"), block.type, ["rich_text"], { required: true });
  onlyKeys(look, block, ["type", "elements", "block_id"]);
  const elements = into(look, "elements");
  list(elements, block.elements, { min: 1, max: 100 }).forEach((element, i) => {
    checkPart(into(elements, i), element);
  });
}

function checkPart(look: Look, value: unknown) {
  const part = object(look, value);
  if (!part) return;
  const elements = into(look, "elements");
  const items = list(elements, part.elements, { min: 1, max: 500 });
  whole(into(look, "border"), part.border, 0, 1);
  switch (part.type) {
    case "rich_text_section":
      onlyKeys(look, part, ["type", "elements"]);
      items.forEach((item, i) => {
        checkInline(into(elements, i), item);
      });
      return;
    case "rich_text_quote":
      onlyKeys(look, part, ["type", "elements", "border"]);
      items.forEach((item, i) => {
        checkInline(into(elements, i), item);
      });
      return;
    case "rich_text_preformatted":
      onlyKeys(look, part, ["type", "elements", "border", "language"]);
      items.forEach((item, i) => {
        checkInline(into(elements, i), item, ["text", "link"]);
      });
      return;
    case "rich_text_list":
      onlyKeys(look, part, ["type", "elements", "style", "indent", "offset", "border"]);
      oneOf(into(look, "style"), part.style, ["bullet", "ordered"], { required: true });
      whole(into(look, "indent"), part.indent, 0, 8);
      items.forEach((item, i) => {
        checkListItem(into(elements, i), item);
      });
      return;
    default:
      wrong(into(look, "type"), `unsupported rich text part ${JSON.stringify(part.type)}`);
  }
}

function checkListItem(look: Look, value: unknown) {
  const item = object(look, value);
  if (!item) return;
  oneOf(into(look, "type"), item.type, ["rich_text_section"], { required: true });
  checkPart(look, item);
}

function checkInline(look: Look, value: unknown, allowed = Object.keys(INLINE)) {
  const element = object(look, value);
  if (!element) return;
  const kind = INLINE[String(element.type)];
  if (!kind || !allowed.includes(String(element.type))) {
    return wrong(into(look, "type"), `unsupported rich text element ${JSON.stringify(element.type)}`);
  }
  onlyKeys(look, element, ["type", "style", ...kind.must, ...kind.may]);
  for (const field of kind.must) if (element[field] === undefined) wrong(into(look, field), "missing required field");
  if (element.type === "text") string(into(look, "text"), element.text, 12_000);
  if (element.type === "link") webUrl(into(look, "url"), element.url);
  if (element.type === "broadcast") oneOf(into(look, "range"), element.range, ["here", "channel", "everyone"]);
  if (element.style === undefined) return;
  const style = object(into(look, "style"), element.style);
  if (!style) return;
  onlyKeys(into(look, "style"), style, STYLES);
  for (const name of STYLES) flag(into(into(look, "style"), name), style[name]);
}
