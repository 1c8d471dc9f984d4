import { createHash } from "node:crypto";
import { referencedBy, withoutDescriptions } from "../trim-schemas.ts";

/** Every route of Discord whose body is judged, as `METHOD path` with the names of the official file. */
export const OFFICIAL_ROUTES = [
  "PATCH /channels/{channel_id}",
  "POST /channels/{channel_id}/messages",
  "PATCH /channels/{channel_id}/messages/{message_id}",
  "POST /channels/{channel_id}/messages/{message_id}/threads",
  "POST /channels/{channel_id}/threads",
  "POST /interactions/{interaction_id}/{interaction_token}/callback",
  "POST /webhooks/{webhook_id}/{webhook_token}",
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
  "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
  "POST /applications/{application_id}/commands",
  "PUT /applications/{application_id}/commands",
  "PATCH /applications/{application_id}/commands/{command_id}",
  "POST /applications/{application_id}/guilds/{guild_id}/commands",
  "PUT /applications/{application_id}/guilds/{guild_id}/commands",
  "PATCH /applications/{application_id}/guilds/{guild_id}/commands/{command_id}",
  "POST /users/@me/channels",
] as const;

export type OfficialRoute = (typeof OFFICIAL_ROUTES)[number];

export type Schema = { readonly [key: string]: unknown };

export interface OfficialParts {
  readonly licence: readonly string[];
  /** Of `routes` and `schemas` as JSON text: shows an edit by hand even without the official file. */
  readonly sha256: string;
  readonly routes: Readonly<Record<string, Schema>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

export interface OfficialFile {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const LICENCE = [
  "Parts of github.com/discord/discord-api-spec (specs/openapi.json at 74fda0fa, 2026-07-18): only the request bodies of",
  "the routes listed and the schemas they use; descriptions left out; nothing else changed. MIT License, Copyright (c)",
  "Discord Inc. Permission is hereby granted, free of charge, to any person obtaining a copy of this software and",
  'associated documentation files (the "Software"), to deal in the Software without restriction, including without',
  "limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software,",
  "and to permit persons to whom the Software is furnished to do so, subject to the following conditions: The above",
  "copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.",
  'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE',
  "WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR",
  "COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR",
  "OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.",
];

/** The parts of Discord's official OpenAPI file that the judge needs, word for word, without descriptions. */
export function trimmed(official: OfficialFile): OfficialParts {
  const routes: Record<string, Schema> = {};
  const schemas: Record<string, Schema> = {};
  const take = (part: unknown): void => {
    for (const name of referencedBy(part)) {
      if (schemas[name]) continue;
      schemas[name] = withoutDescriptions(official.components.schemas[name]) as Schema;
      take(schemas[name]);
    }
  };
  for (const route of OFFICIAL_ROUTES) {
    routes[route] = withoutDescriptions(bodySchema(official, route)) as Schema;
    take(routes[route]);
  }
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { licence: LICENCE, sha256: digestOf(routes, sorted), routes, schemas: sorted };
}

export function digestOf(routes: unknown, schemas: unknown): string {
  return createHash("sha256").update(JSON.stringify({ routes, schemas })).digest("hex");
}

function bodySchema(official: OfficialFile, route: string): unknown {
  const [method = "", path = ""] = route.split(" ");
  const operation = official.paths[path]?.[method.toLowerCase()] as
    | { requestBody?: { content?: { "application/json"?: { schema?: unknown } } } }
    | undefined;
  const schema = operation?.requestBody?.content?.["application/json"]?.schema;
  if (!schema) throw new Error(`The official file has no JSON body for ${route}.`);
  return schema;
}
