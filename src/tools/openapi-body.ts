import { isJsonObject, type Json, type JsonObject } from "../../core/domain/result.ts";
import type { Collecting, Parameters } from "./openapi-parameters.ts";
import { OperationRefused, resolveObject } from "./openapi-ref.ts";

/** What an operation takes as its body. */
export interface Body {
  readonly schema: Json;
  readonly isRequired: boolean;
  /** `application/json`, another JSON type, or `application/x-www-form-urlencoded`. */
  readonly type: string;
}

const FORM = "application/x-www-form-urlencoded";

/**
 * The body of an operation of 2.0 (`in: body`, `in: formData`) or 3.x (`requestBody`); `undefined` when it has none,
 * or an optional one of a type that Piloto does not write.
 * @throws OperationRefused when the body is required and is neither JSON nor a form
 */
export function bodyOf(
  operation: JsonObject,
  { body, formData }: Parameters,
  collecting: Collecting & { readonly isSwagger2: boolean },
): Body | undefined {
  if (!collecting.isSwagger2) return requestBody(operation, collecting);
  if (body) return swaggerBody(body, consumesOf(operation, collecting.root), collecting);
  return formData.length > 0 ? swaggerForm(formData, consumesOf(operation, collecting.root), collecting) : undefined;
}

function requestBody(operation: JsonObject, { root, converter, needs }: Collecting): Body | undefined {
  const request = resolveObject(root, operation.requestBody);
  if (!request) return undefined;
  const content = isJsonObject(request.content) ? request.content : {};
  const types = Object.keys(content);
  const type = types.find(isJson) ?? types.find((name) => bare(name) === FORM);
  const isRequired = request.required === true;
  if (type === undefined) {
    if (isRequired && types.length > 0) throw unwritable(types);
    return undefined;
  }
  const media = resolveObject(root, content[type]) ?? {};
  return { schema: converter.convert(media.schema, needs), isRequired, type: sentType(type) };
}

function swaggerBody(
  body: JsonObject,
  consumes: readonly string[],
  { converter, needs }: Collecting,
): Body | undefined {
  const isRequired = body.required === true;
  const type = consumes.length === 0 ? "application/json" : consumes.find(isJson);
  if (type === undefined) {
    if (isRequired) throw unwritable(consumes);
    return undefined;
  }
  return { schema: converter.convert(body.schema, needs), isRequired, type: sentType(type) };
}

/** Fields of a 2.0 form become the properties of one object. Files are left out unless they are required. */
function swaggerForm(
  fields: readonly JsonObject[],
  consumes: readonly string[],
  { converter, needs, credentials }: Collecting,
): Body | undefined {
  const required = fields.filter((field) => field.required === true);
  const file = required.find((field) => field.type === "file");
  if (file)
    throw new OperationRefused(`its field "${file.name}" is a file, and Piloto sends JSON and form bodies only`);
  const isForm = consumes.length === 0 || consumes.some((type) => bare(type) === FORM || isJson(type));
  if (!isForm) {
    if (required.length > 0) throw unwritable(consumes);
    return undefined;
  }
  const properties: JsonObject = {};
  for (const field of fields) {
    const name = field.name as string;
    if (field.type === "file" || name === "__proto__" || credentials.has(`form:${name}`)) continue;
    const { name: _name, in: _place, required: _required, collectionFormat, allowEmptyValue, ...schema } = field;
    properties[name] = converter.convert(schema, needs);
  }
  const names = required.map((field) => field.name as string).filter((name) => Object.hasOwn(properties, name));
  return {
    schema: { type: "object", properties, ...(names.length > 0 ? { required: names } : {}) },
    isRequired: names.length > 0,
    type: consumes.length === 0 || consumes.some((type) => bare(type) === FORM) ? FORM : "application/json",
  };
}

function consumesOf(operation: JsonObject, root: JsonObject): string[] {
  const list = Array.isArray(operation.consumes) ? operation.consumes : root.consumes;
  return Array.isArray(list) ? list.filter((type) => typeof type === "string") : [];
}

const bare = (type: string) => (type.split(";")[0] ?? "").trim().toLowerCase();

function isJson(type: string): boolean {
  return /^(application\/json|application\/\*|\*\/\*|[a-z0-9.+-]+\/[a-z0-9.+-]*\+json)$/.test(bare(type));
}

const sentType = (type: string) => (bare(type).includes("*") ? "application/json" : bare(type));

function unwritable(types: readonly string[]): OperationRefused {
  return new OperationRefused(
    `its body is ${types.slice(0, 3).join(" or ")}, and Piloto sends JSON and form bodies only`,
  );
}
