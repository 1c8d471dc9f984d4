import { createHash } from "node:crypto";
import { referencedBy, withoutDescriptions } from "../trim-schemas.ts";

/** The shapes of Ollama that Piloto sends or reads, as its official file names them; what they refer to comes along. */
const OFFICIAL_SHAPES = [
  "GenerateRequest",
  "GenerateResponse",
  "GenerateStreamEvent",
  "ChatRequest",
  "ChatResponse",
  "ChatStreamEvent",
  "EmbedRequest",
  "EmbedResponse",
  "PullRequest",
  "StatusEvent",
  "ShowRequest",
  "ShowResponse",
  "ListResponse",
  "PsResponse",
  "VersionResponse",
  "ErrorResponse",
] as const;

export type OfficialShape = (typeof OFFICIAL_SHAPES)[number] | "Ps" | "ModelSummary";

export interface OfficialParts {
  readonly licence: readonly string[];
  /** Of `schemas` as JSON text: shows an edit by hand even without the official file. */
  readonly sha256: string;
  readonly schemas: Readonly<Record<string, unknown>>;
}

export interface OfficialFile {
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const LICENCE = [
  "Parts of the OpenAPI file of github.com/ollama/ollama (2026-08-21): only the schemas that Piloto uses and those that",
  "they refer to; descriptions left out; nothing else changed. MIT License, Copyright (c) Ollama. Permission is hereby",
  "granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the",
  '"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,',
  "modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the",
  "Software is furnished to do so, subject to the following conditions: The above copyright notice and this permission",
  'notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS",',
  "WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,",
  "FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR",
  "ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN",
  "CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.",
];

/** The parts of Ollama's official OpenAPI file that are used, word for word, without descriptions. */
export function trimmed(official: OfficialFile): OfficialParts {
  const schemas: Record<string, unknown> = {};
  const take = (name: string): void => {
    if (schemas[name]) return;
    schemas[name] = withoutDescriptions(official.components.schemas[name]);
    for (const other of referencedBy(schemas[name])) take(other);
  };
  for (const name of OFFICIAL_SHAPES) take(name);
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { licence: LICENCE, sha256: digestOf(sorted), schemas: sorted };
}

export function digestOf(schemas: unknown): string {
  return createHash("sha256").update(JSON.stringify(schemas)).digest("hex");
}
