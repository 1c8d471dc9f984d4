import type { ErrorObject } from "ajv/dist/2020.js";
import { isJsonObject, type Json, type JsonObject } from "../domain/result.ts";

const MAX_PROBLEMS = 12;

/** Ajv's errors as sentences for a person or a model: which argument, what was wanted, what was found. */
export function tellProblems(errors: readonly ErrorObject[], argsSchema: JsonObject): string[] {
  const definitions = isJsonObject(argsSchema.$defs) ? argsSchema.$defs : {};
  const told = withoutBranches(errors.filter(({ keyword }) => keyword !== "if"));
  const sentences = told.map((error) => sentenceFor(error, definitions));
  return [...new Set(sentences)].slice(0, MAX_PROBLEMS);
}

/** Where a choice failed as a whole, its branches' own errors would contradict each other: the choice alone is told. */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const outermost = choices.filter((error) => !choices.some((other) => other !== error && isInside(error, other)));
  return errors.filter((error) => outermost.includes(error) || !outermost.some((choice) => isInside(error, choice)));
}

function isInside(error: ErrorObject, choice: ErrorObject): boolean {
  return error.instancePath === choice.instancePath || error.instancePath.startsWith(`${choice.instancePath}/`);
}

function sentenceFor(error: ErrorObject, definitions: JsonObject): string {
  const at = placeOf(error.instancePath);
  const { keyword, params, parentSchema, data } = error;
  const where = at === "" ? "the arguments" : at;
  switch (keyword) {
    case "required": {
      const name = String(params.missingProperty);
      const properties = isJsonObject(parentSchema?.properties) ? parentSchema.properties : {};
      const wanted = Object.hasOwn(properties, name) ? ` (${describe(properties[name], definitions)})` : "";
      return `${at === "" ? name : `${at}.${name}`} is missing${wanted}`;
    }
    case "additionalProperties": {
      const taken = Object.keys(isJsonObject(parentSchema?.properties) ? parentSchema.properties : {});
      const known =
        taken.length > 0 ? `it takes ${taken.slice(0, 12).join(", ")}${taken.length > 12 ? "…" : ""}` : "it takes none";
      const name = String(params.additionalProperty).slice(0, 60);
      return `${at === "" ? name : `${at}.${name}`} is not known here; ${known}`;
    }
    case "pattern":
      return `${where}: wanted text that matches ${params.pattern}, found ${show(data)}`;
    case "format":
      if (params.format === "piloto-whole-reference") {
        return `${where}: no text can stand here, only one whole reference, found ${show(data)}`;
      }
      return `${where}: wanted ${formatName(String(params.format))}, found ${show(data)}`;
    case "type":
    case "enum":
    case "const":
    case "anyOf":
    case "oneOf":
      return `${where}: wanted ${describe(parentSchema as Json, definitions)}, found ${show(data)}`;
    case "false schema":
      return `${where} is not taken here`;
    default:
      return `${where} ${error.message ?? "does not fit"}, found ${show(data)}`;
  }
}

function placeOf(instancePath: string): string {
  return instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

/** What a schema wants, in a few words. */
function describe(schema: Json | undefined, definitions: JsonObject, depth = 0): string {
  if (!isJsonObject(schema) || depth > 4) return "a value";
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.replace("#/$defs/", "");
    return describe(Object.hasOwn(definitions, name) ? definitions[name] : undefined, definitions, depth + 1);
  }
  if (schema.if !== undefined && schema.else !== undefined) return describe(schema.else, definitions, depth + 1);
  if (Array.isArray(schema.enum)) {
    const shown = schema.enum
      .slice(0, 10)
      .map((choice) => JSON.stringify(choice))
      .join(", ");
    return `one of ${shown}${schema.enum.length > 10 ? "…" : ""}`;
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const parts = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(parts)) {
    const kinds = [...new Set(parts.map((part) => describe(part, definitions, depth + 1)))];
    return kinds.slice(0, 4).join(" or ");
  }
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).map(
    (type) => TYPE_NAMES[String(type)] ?? "a value",
  );
  if (types.length !== 1 || types[0] !== TYPE_NAMES.object) return types.join(" or ");
  const required = Array.isArray(schema.required) ? schema.required.slice(0, 6).join(", ") : "";
  return required === "" ? "an object" : `an object with ${required}`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "null",
};

function formatName(format: string): string {
  const known: Record<string, string> = {
    "date-time": "a date and time like 2026-01-31T09:00:00Z",
    date: "a date like 2026-01-31",
    email: "an e-mail address",
    uuid: "a UUID",
    uri: "a URI",
  };
  return known[format] ?? `text in the format ${format}`;
}

function show(data: unknown): string {
  const text = JSON.stringify(data) ?? "nothing";
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
