import { isJsonObject, type Json, type JsonObject } from "../domain/result.ts";
import { followed, propertiesOf, requiredOf } from "./group-args.ts";

/** A required argument that has no value a person gave. */
export interface MissingValue {
  /** `body.quantity` */
  readonly path: string;
  readonly name: string;
  /** `integer`, or the choices of an enumeration. */
  readonly type: string;
  readonly why: "absent" | "placeholder" | "invented";
}

const MAX_DEPTH = 6;
/** Objects looked into; a hostile schema may ask for more of them at each level. */
const MAX_VISITS = 5_000;

/**
 * Required arguments that are absent, filled with a placeholder (`<id>`, "unknown", "TODO"), or numbers of a
 * changing call although nobody said any number. `words` are what people said in the chat.
 */
export function missingValues(
  args: JsonObject,
  argsSchema: JsonObject,
  { words, changesThings }: { words: string; changesThings: boolean },
): MissingValue[] {
  const said = words.toLowerCase();
  const saysNumbers = NUMBER_WORDS.test(words);
  const missing: MissingValue[] = [];
  let visits = 0;
  const visit = (value: Json | undefined, schema: JsonObject, path: readonly string[], depth: number): void => {
    if (depth > MAX_DEPTH || ++visits > MAX_VISITS) return;
    const fields = propertiesOf(schema, argsSchema);
    const given = isJsonObject(value) ? value : {};
    for (const name of requiredOf(schema, argsSchema)) {
      const field = followed(fields[name], argsSchema) ?? {};
      const inner = given[name];
      const why = whyMissing(inner, field, said, changesThings && !saysNumbers && path[0] === "body");
      if (why && isLeaf(field, argsSchema)) {
        missing.push({ path: [...path, name].join("."), name, type: typeOf(field), why });
      } else visit(inner, field, [...path, name], depth + 1);
    }
    for (const [name, inner] of Object.entries(given)) {
      const field = followed(fields[name], argsSchema);
      if (!field || requiredOf(schema, argsSchema).includes(name)) continue;
      if (isJsonObject(inner)) visit(inner, field, [...path, name], depth + 1);
    }
  };
  visit(args, argsSchema, [], 0);
  return missing;
}

/** Optional arguments that hold a placeholder: better left out than sent. `body.note` */
export function optionalPlaceholders(args: JsonObject, argsSchema: JsonObject, words: string): string[] {
  const said = words.toLowerCase();
  const found: string[] = [];
  const visit = (value: JsonObject, schema: JsonObject, path: readonly string[]): void => {
    const required = requiredOf(schema, argsSchema);
    for (const [name, inner] of Object.entries(value)) {
      const field = followed(propertiesOf(schema, argsSchema)[name], argsSchema) ?? {};
      if (isJsonObject(inner)) {
        if (path.length < MAX_DEPTH) visit(inner, field, [...path, name]);
      } else if (!required.includes(name) && whyMissing(inner, field, said, false) === "placeholder") {
        found.push([...path, name].join("."));
      }
    }
  };
  visit(args, argsSchema, []);
  return found;
}

/** A value that stands for "somebody fill this in". */
function isPlaceholder(value: Json | undefined, said: string): boolean {
  if (typeof value !== "string") return value === null;
  const text = value.trim().toLowerCase();
  if (text.includes("{{")) return false;
  if (/^<[^<>]*>$|^\{[^{}]*\}$|^\[[^[\]]*\]$|^:[a-z_]+$|^\.{2,}$|^…$|^\?+$|^_+$|^-+$/.test(text)) return true;
  if (/^(?:your|the|some|insert|enter|tu|su)[-_ ][a-z_ -]*(?:here|id|name|value|aqui|aquí)?$/.test(text)) {
    return !said.includes(text);
  }
  return PLACEHOLDERS.has(text) && !new RegExp(`(?:^|\\W)${text.replace(/\W/g, "\\$&")}(?:$|\\W)`).test(said);
}

const PLACEHOLDERS = new Set(
  "unknown,todo,tbd,string,null,undefined,none,n/a,na,placeholder,example,value,missing,xxx,id,desconocido,pendiente,not provided,unspecified,to be determined".split(
    ",",
  ),
);

/** Digits, number words and words that stand for a number, in English and Spanish. */
const NUMBER_WORDS =
  /\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|half|double|twice|triple|all|none|empty|cero|uno|una|un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|docena|veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|cientos|mil|millón|millon|mitad|doble|triple|todo|todos|todas|ninguno|vacío|vacio)\b/i;

function whyMissing(
  value: Json | undefined,
  field: JsonObject,
  said: string,
  numbersAreInvented: boolean,
): MissingValue["why"] | undefined {
  if (value === undefined) return "absent";
  if (value === "" && field.minLength !== undefined && field.minLength !== 0) return "absent";
  if (Array.isArray(field.enum) && field.enum.includes(value)) return undefined;
  if (value === null && !allowsNull(field)) return "placeholder";
  if (value !== null && isPlaceholder(value, said)) return "placeholder";
  const isNumber = typeof value === "number" && field.const === undefined;
  return isNumber && numbersAreInvented ? "invented" : undefined;
}

function allowsNull(field: JsonObject): boolean {
  return (
    field.type === undefined || field.type === "null" || (Array.isArray(field.type) && field.type.includes("null"))
  );
}

/** A group or nested object is asked for field by field, not as a whole. */
function isLeaf(field: JsonObject, root: JsonObject): boolean {
  return requiredOf(field, root).length === 0;
}

function typeOf(field: JsonObject): string {
  if (Array.isArray(field.enum)) return field.enum.map(String).join(" | ").slice(0, 120);
  if (typeof field.type === "string") return field.type;
  return Array.isArray(field.type) ? field.type.join(" | ") : "value";
}
