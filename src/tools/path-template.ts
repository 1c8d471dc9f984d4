/** `/parts/{id}/stock` → the names in braces, in order. */
export function parametersOf(template: string): string[] {
  return [...template.matchAll(/\{([^{}/]+)\}/g)].map((match) => match[1] as string);
}

/** Why a path template of a document cannot be called safely; `undefined` when it can. */
export function templateProblem(template: string): string | undefined {
  if (!template.startsWith("/")) return "its path does not begin with a slash";
  if (template.length > 1000) return "its path is longer than 1,000 characters";
  if (/[?#]/.test(template)) return "its path holds a query or a fragment, which is no path";
  const literal = template.replace(/\{[^{}/]+\}/g, "x");
  if (/[{}]/.test(literal)) return "its path has a brace too many";
  const segments = literal.split("/").slice(1);
  if (segments.some((segment, index) => segment === "" && index < segments.length - 1))
    return "its path has an empty part";
  // The URL parser rewrites what it does not like ("..", "%2e", "\", spaces, other alphabets): such paths are refused.
  const read = URL.canParse(`http://host${literal}`) ? new URL(`http://host${literal}`).pathname : undefined;
  return read === literal ? undefined : "its path holds characters that addresses are rewritten for";
}

/** Matches exactly the paths that a template can stand for, below a base path. */
export function templatePattern(template: string): RegExp {
  const literal = template.split(/\{[^{}/]+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join("[^/]+")}$`);
}
