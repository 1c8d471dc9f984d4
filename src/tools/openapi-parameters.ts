import type { Json, JsonObject } from "../../core/domain/result.ts";
import { isJsonObject } from "../../core/domain/result.ts";
import { OperationRefused, resolveObject } from "./openapi-ref.ts";
import { cleanText, type SchemaConverter } from "./openapi-schema.ts";

export type Place = "path" | "query" | "header";

/**
 * One argument of an operation. How it is written into the request (where that differs from the usual) stands in
 * its schema as `x-style` (`form`, `spaceDelimited`, `pipeDelimited`, `tabDelimited`, `deepObject`, `json`)
 * and `x-explode`.
 */
export interface Parameter {
  readonly place: Place;
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: Json;
}

/** The parameters of an operation, and for 2.0 what stands for its body. */
export interface Parameters {
  readonly parameters: readonly Parameter[];
  /** 2.0: the `in: body` parameter, and the `in: formData` ones, resolved, as the document has them. */
  readonly body?: JsonObject;
  readonly formData: readonly JsonObject[];
}

/** What the executor or the connection sets: nobody else may. */
const KEPT_FROM_CALLERS = new Set(
  "authorization cookie host connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade content-length content-type accept accept-encoding expect idempotency-key".split(
    " ",
  ),
);
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export interface Collecting {
  readonly root: JsonObject;
  readonly converter: SchemaConverter;
  readonly needs: Set<string>;
  /** `query:token`, `header:x-api-key`: credentials, which the executor adds. */
  readonly credentials: ReadonlySet<string>;
}

/**
 * Merges path-level and operation-level parameters (the operation's win), leaves out credentials, cookies and
 * hop-by-hop headers.
 * @throws OperationRefused when a required parameter cannot be sent
 */
export function collectParameters(lists: readonly (Json | undefined)[], collecting: Collecting): Parameters {
  const merged = new Map<string, JsonObject>();
  for (const list of lists) {
    for (const item of Array.isArray(list) ? list : []) {
      const parameter = resolveObject(collecting.root, item);
      if (!parameter || typeof parameter.name !== "string" || typeof parameter.in !== "string") {
        if (isJsonObject(parameter) && parameter.in === "body") merged.set("body:", parameter);
        continue;
      }
      const key = parameter.in === "body" ? "body:" : `${parameter.in}:${parameter.name}`;
      merged.set(key, parameter);
    }
  }
  const all = [...merged.values()];
  const body = all.find((parameter) => parameter.in === "body");
  return {
    parameters: all.flatMap((parameter) => toParameter(parameter, collecting) ?? []),
    ...(body ? { body } : {}),
    formData: all.filter((parameter) => parameter.in === "formData"),
  };
}

function toParameter(parameter: JsonObject, collecting: Collecting): Parameter | undefined {
  const name = parameter.name as string;
  const place = parameter.in as string;
  const isRequired = place === "path" || parameter.required === true;
  if (place === "querystring" && isRequired) {
    throw new OperationRefused(`its query "${name}" is one whole string, which Piloto does not write`);
  }
  if (place !== "path" && place !== "query" && place !== "header") return undefined;
  if (name === "__proto__") throw new OperationRefused(`it has a parameter with a name that is not taken: ${name}`);
  if (collecting.credentials.has(`${place}:${place === "header" ? name.toLowerCase() : name}`)) return undefined;
  if (place === "header" && (KEPT_FROM_CALLERS.has(name.toLowerCase()) || !TOKEN.test(name))) return undefined;
  const schema = parameterSchema(parameter, place, collecting);
  return { place, name, isRequired, schema };
}

function parameterSchema(parameter: JsonObject, place: Place, { converter, needs }: Collecting): Json {
  const writing = writingOf(parameter, place);
  const source =
    writing["x-style"] === "json" ? jsonContent(parameter)?.schema : (parameter.schema ?? ownSchema(parameter));
  const schema = converter.convert(source, needs);
  const description = typeof parameter.description === "string" ? cleanText(parameter.description).slice(0, 200) : "";
  const beside: JsonObject = { ...(description ? { description } : {}), ...writing };
  if (Object.keys(beside).length === 0) return schema;
  return isJsonObject(schema) ? { ...schema, ...beside } : beside;
}

/** 2.0 writes the schema into the parameter itself. */
function ownSchema(parameter: JsonObject): JsonObject {
  const { name, in: _place, required, description, collectionFormat, allowEmptyValue, ...schema } = parameter;
  return schema;
}

function jsonContent(parameter: JsonObject): JsonObject | undefined {
  const content = isJsonObject(parameter.content) ? parameter.content : undefined;
  const media = content && Object.entries(content).find(([type]) => /[/+]json\b/i.test(type))?.[1];
  return isJsonObject(media) ? media : undefined;
}

const QUERY_STYLES = new Set(["form", "spaceDelimited", "pipeDelimited", "deepObject"]);
const COLLECTION_STYLES: Readonly<Record<string, JsonObject>> = {
  csv: { "x-style": "form", "x-explode": false },
  ssv: { "x-style": "spaceDelimited", "x-explode": false },
  pipes: { "x-style": "pipeDelimited", "x-explode": false },
  tsv: { "x-style": "tabDelimited", "x-explode": false },
  multi: {},
};

/** How to write the value, where it differs from the usual of its place (query: form, exploded; path and header: simple). */
function writingOf(parameter: JsonObject, place: Place): JsonObject {
  if (isJsonObject(parameter.content)) {
    if (!jsonContent(parameter))
      throw new OperationRefused(`its parameter "${parameter.name}" is written as something other than JSON`);
    return { "x-style": "json" };
  }
  const isSwagger2List = parameter.schema === undefined && parameter.type === "array";
  if (isSwagger2List && place === "query") return COLLECTION_STYLES[String(parameter.collectionFormat ?? "csv")] ?? {};
  const style = parameter.style;
  const explode = parameter.explode;
  if (place !== "query") {
    if (style !== undefined && style !== "simple") {
      throw new OperationRefused(
        `its parameter "${parameter.name}" is written in the style "${style}", which Piloto does not write`,
      );
    }
    return explode === true ? { "x-explode": true } : {};
  }
  if (style !== undefined && !QUERY_STYLES.has(String(style))) {
    throw new OperationRefused(
      `its parameter "${parameter.name}" is written in the style "${style}", which Piloto does not write`,
    );
  }
  const isForm = style === undefined || style === "form";
  if (isForm) return explode === false ? { "x-style": "form", "x-explode": false } : {};
  return { "x-style": style as string, "x-explode": explode === true };
}
