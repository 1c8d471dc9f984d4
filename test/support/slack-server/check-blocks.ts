import { checkBlock, type Surface, type Whole } from "./check-block.ts";
import { asList, isJson, type Json } from "./json.ts";
import { flag, into, type Look, list, object, oneOf, onlyKeys, string, text, wrong } from "./look.ts";

export type { Surface } from "./check-block.ts";

/**
 * Slack refuses a message whose blocks are too long all together (`msg_blocks_too_long`), by a count that it does not
 * publish. Measured by others: 13,297 characters of markdown alone pass, 11,341 in many rich text elements do not
 * (https://github.com/slackapi/bolt-js/issues/2509 and /2867). So we count text, and a little for every object around it.
 */
export const MOST_BLOCK_CHARS = 13_000;
const CHARS_PER_OBJECT = 25;
export const MOST_VIEW_BYTES = 250_000;

/**
 * Everything that Slack (or our stricter reading of it) would not take in this payload; empty when all is well.
 * For a message, give what chat.postMessage gets: `{text, blocks, markdown_text, metadata}`; else give the view.
 * Sources: @slack/types 3.2.0 and the Block Kit reference (https://docs.slack.dev/reference/block-kit, 2026-11-21).
 */
export function problemsIn(payload: unknown, surface: Surface): string[] {
  const look: Look = { path: "", problems: [] };
  const read = object(look, payload);
  if (!read) return look.problems;
  if (surface === "message") checkMessage(look, read);
  else checkView(look, read, surface);
  return look.problems;
}

/** The length of all blocks together, as `MOST_BLOCK_CHARS` counts it. */
export function blockChars(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + blockChars(item), 0);
  if (!isJson(value)) return 0;
  let sum = typeof value.type === "string" ? CHARS_PER_OBJECT : 0;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner !== "string") sum += blockChars(inner);
    else if (key === "text" || key === "title" || key === "caption" || key === "url") sum += inner.length;
  }
  return sum;
}

function checkMessage(look: Look, message: Json): void {
  string(into(look, "text"), message.text, 40_000, { min: 0 });
  string(into(look, "markdown_text"), message.markdown_text, 12_000);
  if (message.markdown_text !== undefined && (message.text !== undefined || message.blocks !== undefined)) {
    wrong(into(look, "markdown_text"), "cannot be used together with text or blocks");
  }
  const all = checkAll(look, message.blocks, 50, "message");
  if (all.plans > 0 && all.looseTasks > 0) wrong(look, "plan and task_card blocks cannot be mixed in one message");
  if (all.markdownChars > 12_000)
    wrong(into(look, "blocks"), `markdown blocks hold ${all.markdownChars} > 12000 characters`);
  const chars = blockChars(message.blocks);
  if (chars > MOST_BLOCK_CHARS)
    wrong(into(look, "blocks"), `blocks hold ${chars} > ${MOST_BLOCK_CHARS} characters in all`);
  if (message.metadata !== undefined) checkMetadata(into(look, "metadata"), message.metadata);
}

/** Only flat facts are safe in metadata: a type and a payload that is an object. */
function checkMetadata(look: Look, value: unknown): void {
  const metadata = object(look, value);
  if (!metadata) return;
  if (Object.keys(metadata).length === 0) return;
  onlyKeys(look, metadata, ["event_type", "event_payload", "entities"]);
  string(into(look, "event_type"), metadata.event_type, 255, { required: true });
  if (!isJson(metadata.event_payload)) wrong(into(look, "event_payload"), "must be an object");
  if (JSON.stringify(metadata).length > 8_000) wrong(look, "is larger than 8000 characters");
}

const VIEW_KEYS = ["type", "blocks", "private_metadata", "callback_id", "external_id"];
const MODAL_KEYS = ["title", "close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"];

function checkView(look: Look, view: Json, surface: "modal" | "home"): void {
  oneOf(into(look, "type"), view.type, [surface], { required: true });
  onlyKeys(look, view, surface === "modal" ? [...VIEW_KEYS, ...MODAL_KEYS] : VIEW_KEYS);
  string(into(look, "private_metadata"), view.private_metadata, 3000, { min: 0 });
  string(into(look, "callback_id"), view.callback_id, 255, { min: 0 });
  string(into(look, "external_id"), view.external_id, 255, { min: 0 });
  if (!Array.isArray(view.blocks)) wrong(into(look, "blocks"), "missing required field");
  const all = checkAll(look, view.blocks, 100, surface);
  if (surface === "modal") {
    text(into(look, "title"), view.title, 24, { required: true, plain: true });
    text(into(look, "close"), view.close, 24, { plain: true });
    text(into(look, "submit"), view.submit, 24, { plain: true });
    flag(into(look, "clear_on_close"), view.clear_on_close);
    flag(into(look, "notify_on_close"), view.notify_on_close);
    if (all.inputs > 0 && view.submit === undefined) wrong(into(look, "submit"), "is required when there are inputs");
  }
  if (all.focused > 1) wrong(look, "only one element can have focus_on_load");
  const bytes = Buffer.byteLength(JSON.stringify(view));
  if (bytes > MOST_VIEW_BYTES) wrong(look, `the view has ${bytes} > ${MOST_VIEW_BYTES} bytes`);
}

function checkAll(look: Look, blocks: unknown, max: number, surface: Surface): Whole {
  const all: Whole = {
    surface,
    blockIds: new Set(),
    taskIds: new Set(),
    markdownChars: 0,
    plans: 0,
    looseTasks: 0,
    inputs: 0,
    focused: 0,
  };
  const at = into(look, "blocks");
  list(at, blocks, { max });
  asList(blocks).forEach((block, i) => {
    checkBlock(into(at, i), block, all);
  });
  return all;
}
