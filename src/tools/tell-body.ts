import { isJsonObject, type Json } from "../../core/domain/result.ts";

const MAX_LENGTH = 200;
const SHOWN_FIELDS = 6;
const SHOWN_ENTRIES = 3;
const REASONS = ["error", "message", "detail", "title", "error_description", "reason"] as const;

/**
 * What an answer says, in one short line for the thread: an error's own words, else fields and entries without JSON's
 * marks. At most 200 characters; it is data, shown as plain text.
 */
export function tellBody(body: Json): string {
  const text = errorText(body, 0) ?? tell(body, 0);
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f]+/g, " ").trim();
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 1)}…`;
}

/** `{ "error": "…" }`, `{ "error": { "message": "…" } }`, and the fields of RFC 9457. */
function errorText(body: Json, depth: number): string | undefined {
  if (!isJsonObject(body) || depth > 1) return undefined;
  const isError =
    "error" in body || ("status" in body && ("detail" in body || "title" in body)) || Object.keys(body).length === 1;
  if (!isError && depth === 0) return undefined;
  for (const name of REASONS) {
    const reason = Object.hasOwn(body, name) ? body[name] : undefined;
    if (typeof reason === "string" && reason !== "") return reason;
    const inner = reason === undefined ? undefined : errorText(reason, depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function tell(value: Json, depth: number): string {
  if (value === null) return depth === 0 ? "" : "none";
  if (typeof value === "string") return value.slice(0, MAX_LENGTH);
  if (Array.isArray(value)) return tellList(value, depth);
  if (!isJsonObject(value)) return String(value);
  const fields = Object.entries(value);
  if (depth > 2) return "…";
  const shown = fields.slice(0, SHOWN_FIELDS).map(([name, field]) => `${name}: ${tell(field, depth + 1)}`);
  return [...shown, ...(fields.length > SHOWN_FIELDS ? ["…"] : [])].join(", ");
}

function tellList(list: readonly Json[], depth: number): string {
  const count = `${list.length} ${list.length === 1 ? "entry" : "entries"}`;
  if (list.length === 0 || depth > 1) return count;
  const shown = list.slice(0, SHOWN_ENTRIES).map((entry) => tell(entry, depth + 1));
  return `${count} (${[...shown, ...(list.length > SHOWN_ENTRIES ? ["…"] : [])].join("; ")})`;
}
