import type { Json } from "./json.ts";
import { type MethodArguments, NEWER_METHODS, SPEC_METHODS } from "./method-arguments.ts";

/** Bolt's clients say with every call which team they mean (WebClient's `teamId`); Slack takes it everywhere. */
const EVERYWHERE = ["team_id"];

export function argumentsOf(method: string): MethodArguments | undefined {
  return SPEC_METHODS[method] ?? NEWER_METHODS[method];
}

/** What is wrong with the names of these arguments: unknown ones, and demanded ones that are missing. */
export function problemsWithArguments(method: string, args: Json): string[] {
  const known = argumentsOf(method);
  if (!known) return [`unknown method ${method}`];
  const names = [...known.spec, ...(known.added ?? [])];
  const relaxed = known.relaxed ?? [];
  const allowed = new Set([...EVERYWHERE, ...names.map((name) => name.replace("!", ""))]);
  const demanded = names.filter((n) => n.endsWith("!")).map((n) => n.slice(0, -1));
  return [
    ...Object.keys(args)
      .filter((name) => !allowed.has(name))
      .map((name) => `unknown argument: ${name}`),
    ...demanded
      .filter((name) => !relaxed.includes(name) && (args[name] === undefined || args[name] === ""))
      .map((name) => `missing required field: ${name}`),
  ];
}
