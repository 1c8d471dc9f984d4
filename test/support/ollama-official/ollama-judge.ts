import type { ValidateFunction } from "ajv/dist/2020.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import official from "./official-schemas.json" with { type: "json" };
import type { OfficialShape } from "./official-trim.ts";

/**
 * What is wrong with something that is sent to Ollama or comes from it, by Ollama's official OpenAPI file, one line
 * each; empty when nothing is. Fields that the file does not know are allowed (Ollama has some), except that where the
 * file knows a field its type is held to.
 */
export function ollamaProblems(shape: OfficialShape, value: unknown): string[] {
  const judge = judgeOf(shape);
  if (judge(value)) return [];
  return (judge.errors ?? []).map(({ instancePath, message = "" }) => `${shape}${instancePath}: ${message}`);
}

/** Fields that the file knows and `value` lacks. */
export function fieldsMissing(shape: OfficialShape, value: object): string[] {
  const schema = official.schemas[shape] as { properties: Record<string, unknown> };
  return Object.keys(schema.properties).filter((name) => !(name in value));
}

const judges = new Map<OfficialShape, ValidateFunction>();
let ajv: Ajv2020 | undefined;

function judgeOf(shape: OfficialShape): ValidateFunction {
  const known = judges.get(shape);
  if (known) return known;
  ajv ??= formats
    .default(new Ajv2020({ strict: false, allErrors: true }))
    .addSchema({ components: { schemas: official.schemas } }, "ollama");
  const judge = ajv.compile({ $ref: `ollama#/components/schemas/${shape}` });
  judges.set(shape, judge);
  return judge;
}
