import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";
import type { JsonObject } from "../domain/result.ts";
import type { Tool } from "../domain/tool.ts";
import { allowReferences, REFERENCE_FORMATS } from "./allow-references.ts";
import { safePattern } from "./safe-pattern.ts";
import { schemaWork } from "./schema-work.ts";
import { tellProblems } from "./tell-problems.ts";

/** Characters of JSON; a larger schema is not compiled. Listing keeps endpoints far below it. */
const MAX_SCHEMA = 400_000;
/** Schemas walked through for one value; a choice of hundreds of objects stays far below it. */
const MAX_WORK = 5_000;
const MAX_COMPILED = 200;
const MAX_DEPTH = 120;

/** Compiled validators, least recently used first: a cache of pure results, bounded. */
const compiled = new Map<string, ValidateFunction | string>();

/**
 * What is wrong with the arguments of a call, in plain words: which argument, what was wanted, what was found. Empty
 * when they fit. Nothing is coerced or filled in. With `references` a text that is one reference `{{steps.N…}}` fits
 * in the place of any type, and a longer text with references in it counts as text; without, they are texts.
 * At most 12 problems are told.
 */
export function checkArgs(
  tool: Pick<Tool, "hash" | "argsSchema" | "key">,
  args: JsonObject,
  { references = false } = {},
): string[] {
  const validate = validatorOf(tool, references);
  if (typeof validate === "string") return [validate];
  if (isDeep(args)) return [`the arguments are nested deeper than ${MAX_DEPTH} levels`];
  if (validate(args)) return [];
  return tellProblems((validate.errors ?? []) as ErrorObject[], tool.argsSchema);
}

function validatorOf(tool: Pick<Tool, "hash" | "argsSchema" | "key">, references: boolean): ValidateFunction | string {
  const key = `${references ? "plan" : "call"} ${tool.key} ${tool.hash}`;
  const standing = compiled.get(key);
  if (standing !== undefined) {
    compiled.delete(key);
    compiled.set(key, standing);
    return standing;
  }
  const made = compile(tool, references);
  compiled.set(key, made);
  const oldest = compiled.size > MAX_COMPILED ? compiled.keys().next().value : undefined;
  if (oldest !== undefined) compiled.delete(oldest);
  return made;
}

function compile(
  { key, argsSchema }: Pick<Tool, "key" | "argsSchema">,
  references: boolean,
): ValidateFunction | string {
  if (JSON.stringify(argsSchema).length > MAX_SCHEMA) return `the schema of ${key} is too large to check arguments by`;
  try {
    if (schemaWork(argsSchema) > MAX_WORK)
      return `the schema of ${key} goes round or multiplies; nothing can be checked by it`;
    return createAjv().compile(references ? allowReferences(argsSchema) : argsSchema);
  } catch (error) {
    // Ajv throws plain errors for schemas that contradict themselves; the call must not go out unchecked.
    return `the schema of ${key} cannot be used: ${(error as Error).message.slice(0, 200)}`;
  }
}

/** A fresh instance a schema: Ajv keeps what it compiled for as long as it lives. */
function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    verbose: true,
    logger: false,
    addUsedSchema: false,
    validateSchema: false,
    inlineRefs: false,
    code: { regExp: Object.assign((source: string) => safePattern(source), { code: "safePattern" }) as never },
  });
  const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;
  addFormats(ajv);
  for (const [name, validate] of Object.entries(REFERENCE_FORMATS)) ajv.addFormat(name, { type: "string", validate });
  return ajv;
}

function isDeep(args: JsonObject): boolean {
  let level: unknown[] = [args];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
    if (level.length === 0) return false;
  }
  return true;
}
