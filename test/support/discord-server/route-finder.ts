import type { Route } from "./call.ts";

export interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds routes under `/api/v10`; literal parts such as `@original` win over `{names}`. */
export function routeFinder(routes: readonly Route[]): (method: string, pathname: string) => Found | undefined {
  const table = routes
    .map((route) => ({ route, parts: route.path.split("/").slice(1) }))
    .sort((a, b) => namesIn(a.parts) - namesIn(b.parts));
  return (method, pathname) => {
    if (!pathname.startsWith("/api/v10/")) return undefined;
    const given = pathname.slice("/api/v10/".length).split("/").map(decoded);
    for (const { route, parts } of table) {
      if (route.method !== method || parts.length !== given.length) continue;
      const params = match(parts, given);
      if (params) return { route, params };
    }
    return undefined;
  };
}

/** What is no percent-encoding stays as it is, and then fits no route or no id. */
const decoded = (part: string) => (/%(?![0-9a-f]{2})/i.test(part) ? part : decodeURIComponent(part));
const isName = (part: string) => part.startsWith("{");
const namesIn = (parts: readonly string[]) => parts.filter(isName).length;

function match(parts: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [n, part] of parts.entries()) {
    if (isName(part)) params[part.slice(1, -1)] = given[n]!;
    else if (part !== given[n]) return undefined;
  }
  return params;
}
