/** How contents begin whose kind shows. Source: https://mimesniff.spec.whatwg.org (2026-11-21). */
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ["89504e470d0a1a0a", "image/png"],
  ["ffd8ff", "image/jpeg"],
  ["474946383761", "image/gif"],
  ["474946383961", "image/gif"],
  ["255044462d", "application/pdf"],
  ["1f8b08", "application/gzip"],
];
const ZIP = "504b0304";
const LONGEST = 16;

/**
 * What a file is by its own content where that shows, else as it was declared; text that says so stays what it says.
 * Of a ZIP the declared kind is believed where it is one that is made of ZIP (documents, sheets).
 */
export function mediaTypeOf(content: Uint8Array, declared: string): string {
  const start = Buffer.from(content.subarray(0, LONGEST)).toString("hex");
  const known = BEGINNINGS.find(([beginning]) => start.startsWith(beginning))?.[1];
  if (known) return known;
  if (start.startsWith("52494646") && start.slice(16, 24) === "57454250") return "image/webp";
  const said = /^[a-z0-9][a-z0-9.+-]{0,60}\/[a-z0-9][a-z0-9.+-]{0,100}$/.exec(
    declared.split(";")[0]!.trim().toLowerCase(),
  )?.[0];
  if (start.startsWith(ZIP))
    return said && /officedocument|opendocument|epub|zip/.test(said) ? said : "application/zip";
  // Declared as a picture, and nothing of the kind.
  if (said === undefined || /^image\/(png|jpeg|gif|webp)$|^application\/(pdf|gzip)$/.test(said)) return UNKNOWN;
  return said;
}

const UNKNOWN = "application/octet-stream";
