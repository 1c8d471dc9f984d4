// node scripts/house/run.mjs test/support/ollama-official/write-official-schemas.ts OFFICIAL.yaml
// Writes official-schemas.json anew from Ollama's OpenAPI file. Then: npx biome check --write, and look at the diff.
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { trimmed } from "./official-trim.ts";

const [from = "../shared/specs/ollama-openapi.yaml"] = process.argv.slice(2);
const parts = trimmed(parse(readFileSync(from, "utf8")));
writeFileSync("test/support/ollama-official/official-schemas.json", JSON.stringify(parts));
console.log(`${Object.keys(parts.schemas).length} schemas`);
