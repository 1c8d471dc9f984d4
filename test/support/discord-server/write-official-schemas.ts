// node scripts/house/run.mjs test/support/discord-server/write-official-schemas.ts OFFICIAL.json
// Writes official-schemas.json anew from Discord's OpenAPI file. Then: npx biome check --write, and look at the diff.
import { readFileSync, writeFileSync } from "node:fs";
import { trimmed } from "./official-trim.ts";

const [from = "../shared/specs/discord-openapi.json"] = process.argv.slice(2);
const parts = trimmed(JSON.parse(readFileSync(from, "utf8")));
writeFileSync("test/support/discord-server/official-schemas.json", JSON.stringify(parts));
console.log(`${Object.keys(parts.routes).length} routes, ${Object.keys(parts.schemas).length} schemas`);
