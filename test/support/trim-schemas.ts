/** Names of the schemas that a part of an OpenAPI file refers to, each as often as it does. */
export function referencedBy(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(referencedBy);
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    key === "$ref" && typeof value === "string" ? [value.split("/").at(-1) ?? ""] : referencedBy(value),
  );
}

/** A property may itself be called `description`: only a text under that key is a description. */
export function withoutDescriptions(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutDescriptions);
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(
    Object.entries(part)
      .filter(([key, value]) => !(key === "description" && typeof value === "string"))
      .map(([key, value]) => [key, withoutDescriptions(value)]),
  );
}
