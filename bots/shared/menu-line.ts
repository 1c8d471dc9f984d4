import { isDeeper } from "../../core/domain/is-deeper.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import { MENU_COMMANDS } from "../../core/index.ts";
import { type LineWord, splitLine } from "./split-line.ts";

type MenuName = (typeof MENU_COMMANDS)[number];

/** What a person typed behind `/piloto`. */
export type MenuLine =
  | { readonly kind: "ask" | "plan"; readonly text: string }
  | { readonly kind: "call"; readonly service: string; readonly operation: string; readonly args: JsonObject }
  | { readonly kind: "menu"; readonly name: MenuName; readonly rest: string }
  | { readonly kind: "stop"; readonly rest: string }
  | {
      readonly kind: "unclear";
      readonly why: "ask-what" | "call-how" | "arguments" | "unknown";
      readonly found: string;
    };

/**
 * Reads a line. An empty one asks for help; several words that begin with no command are a request in plain words.
 * A call is `call <service> "<METHOD /path>" key=value …`, or with one JSON object in place of the pairs. A key that
 * stands in the path in braces goes into `path`; the others into `query` (GET, HEAD, DELETE) or `body`; `query.page=2`
 * says so itself. Pure.
 */
export function readMenuLine(line: string): MenuLine {
  const text = line.trim();
  const [, first = "", rest = ""] = /^\/?(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  const name = first.toLowerCase();
  if (name === "") return { kind: "menu", name: "help", rest: "" };
  if (name === "ask" || name === "plan") {
    return rest === "" ? { kind: "unclear", why: "ask-what", found: name } : { kind: name, text: rest };
  }
  if (name === "call") return readCall(rest);
  if (name === "stop") return { kind: "stop", rest };
  const menu = MENU_COMMANDS.find((command) => command === name);
  if (menu) return { kind: "menu", name: menu, rest };
  return rest === "" ? { kind: "unclear", why: "unknown", found: first } : { kind: "ask", text };
}

const METHOD = /^(get|head|delete|options|put|post|patch)$/i;

function readCall(rest: string): MenuLine {
  const [service, operation, ...more] = splitLine(rest);
  if (!service || !operation) return { kind: "unclear", why: "call-how", found: rest };
  // Without quotes: call workshop GET /parts
  const [next] = more;
  const isApart = METHOD.test(operation.text) && next?.text.startsWith("/") === true;
  const called = isApart ? `${operation.text} ${next.text}` : operation.text;
  const args = readArguments(called, isApart ? more.slice(1) : more, rest);
  if (!args) return { kind: "unclear", why: "arguments", found: rest };
  return { kind: "call", service: service.text, operation: withUpperMethod(called), args };
}

const withUpperMethod = (operation: string) =>
  operation.replace(/^([a-z]+)(?= +\/)/i, (method) => method.toUpperCase()).replace(/^([A-Z]+) +/, "$1 ");

/** Code behind this walks arguments by recursion. */
const MAX_DEPTH = 100;

function readArguments(operation: string, words: readonly LineWord[], rest: string): JsonObject | undefined {
  const [first] = words;
  if (!first) return {};
  if (first.text.startsWith("{") && !first.isQuoted) return readObject(rest.slice(first.at));
  if (words.length === 1 && first.isQuoted && first.text.startsWith("{")) return readObject(first.text);
  const args: Record<string, Record<string, Json>> = {};
  const flat: Record<string, Json> = {};
  for (const word of words) {
    const [, key, value] = /^([\w.$[\]-]{1,200}?)=([\s\S]*)$/.exec(word.text) ?? [];
    if (key === undefined || value === undefined || UNSAFE.test(key)) return undefined;
    const read = word.isValueQuoted ? value : readValue(value);
    const group = groupOf(operation, key);
    if (group === undefined) flat[key] = read;
    else args[group.name] = { ...args[group.name], [group.key]: read };
  }
  return { ...flat, ...args };
}

const UNSAFE = /(^|\.)(__proto__|constructor|prototype)($|\.)/;
const GROUPS = ["path", "query", "header", "body"];

/** `undefined` for an operation that is no HTTP endpoint: its arguments are in no group. */
function groupOf(operation: string, key: string): { name: string; key: string } | undefined {
  const [, method, path] = /^([a-z]+) +(\/\S*)$/i.exec(operation) ?? [];
  if (!method || !path) return undefined;
  const dot = key.indexOf(".");
  if (dot > 0 && GROUPS.includes(key.slice(0, dot))) return { name: key.slice(0, dot), key: key.slice(dot + 1) };
  if (path.includes(`{${key}}`)) return { name: "path", key };
  return { name: /^(get|head|delete)$/i.test(method) ? "query" : "body", key };
}

function readObject(text: string): JsonObject | undefined {
  const value = parsed(plainQuotes(text).trim());
  return isJsonObject(value) && !isDeeper(value, MAX_DEPTH) ? value : undefined;
}

/** Numbers, yes and no, lists and objects are what they look like; everything else is text, `007` too. */
function readValue(text: string): Json {
  const value = parsed(text);
  const isPlain = typeof value === "number" ? String(value) === text : typeof value === "boolean";
  return isPlain || (typeof value === "object" && !isDeeper(value, MAX_DEPTH)) ? (value as Json) : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Chat apps make quotes typographic while people type. */
const plainQuotes = (text: string) => text.replace(/[“”„]/g, '"');
