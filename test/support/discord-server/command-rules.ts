import type { OfficialRoute } from "./official-trim.ts";

export type CommandRoute = Extract<OfficialRoute, `${string}/commands${string}`>;

interface Option {
  type: number;
  name: string;
  description?: string;
  required?: boolean | null;
  autocomplete?: boolean | null;
  choices?: { name: string; value: unknown }[] | null;
  options?: Option[] | null;
}

interface CommandBody {
  name: string;
  type?: number | null;
  description?: string | null;
  options?: Option[] | null;
}

/** Names of slash commands and their options: https://discord.com/developers/docs/interactions/application-commands */
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** How many of each type a scope holds, since 2026-03-03. */
export const COMMAND_LIMITS: Readonly<Record<number, number>> = { 1: 100, 2: 15, 3: 15 };

/** What Discord's documentation forbids in commands and its official file does not. */
export function commandProblems(route: CommandRoute, body: unknown): string[] {
  if (!route.startsWith("PUT")) return oneCommand(body as CommandBody, route.startsWith("PATCH"));
  const commands = (body ?? []) as CommandBody[];
  return [
    ...commands.flatMap((command, n) => oneCommand(command, false).map((problem) => `[${n}].${problem}`)),
    ...duplicates(commands),
    ...crowds(commands),
  ];
}

function duplicates(commands: readonly CommandBody[]): string[] {
  const keys = commands.map((command) => `${command.type ?? 1} ${command.name}`);
  return keys.flatMap((key, n) =>
    keys.indexOf(key) < n ? [`[${n}].name: Application command names must be unique`] : [],
  );
}

function crowds(commands: readonly CommandBody[]): string[] {
  return Object.entries(COMMAND_LIMITS)
    .filter(([type, limit]) => commands.filter((command) => (command.type ?? 1) === Number(type)).length > limit)
    .map(([type, limit]) => `body: At most ${limit} commands of type ${type}.`);
}

function oneCommand(command: CommandBody, partial: boolean): string[] {
  const type = command.type ?? 1;
  if (type !== 1) {
    const problems: string[] = [];
    if (command.description) problems.push("description: Context menu commands have no description.");
    if (command.options?.length) problems.push("options: Context menu commands have no options.");
    return problems;
  }
  const problems = partial && command.name === undefined ? [] : nameProblems("name", command.name);
  if (!partial && !command.description) problems.push("description: This field is required");
  problems.push(...optionProblems("options", command.options ?? []));
  if (lettersIn(command) > 8000) problems.push("body: A command holds 8000 characters together.");
  return problems;
}

function nameProblems(at: string, name: string): string[] {
  if (!NAME.test(name)) return [`${at}: Command name is invalid`];
  return name === name.toLowerCase() ? [] : [`${at}: Command name must be lowercase`];
}

function optionProblems(at: string, options: readonly Option[]): string[] {
  const problems: string[] = [];
  const nests = options.filter((option) => option.type <= 2).length;
  if (nests && nests < options.length) problems.push(`${at}: Sub-commands and options cannot be mixed.`);
  let optionalSeen = false;
  for (const [n, option] of options.entries()) {
    problems.push(...nameProblems(`${at}[${n}].name`, option.name), ...choiceProblems(`${at}[${n}]`, option));
    if (options.findIndex((other) => other.name === option.name) < n) {
      problems.push(`${at}[${n}].name: Option names must be unique`);
    }
    if (option.required && optionalSeen) problems.push(`${at}[${n}]: Required options must be placed before optional`);
    if (!option.required && option.type > 2) optionalSeen = true;
    problems.push(...optionProblems(`${at}[${n}].options`, option.options ?? []));
  }
  return problems;
}

function choiceProblems(at: string, option: Option): string[] {
  if (option.autocomplete && option.choices?.length) return [`${at}: autocomplete and choices cannot be combined.`];
  if (option.autocomplete && ![3, 4, 10].includes(option.type)) {
    return [`${at}.autocomplete: Only text and number options have suggestions.`];
  }
  return [];
}

function lettersIn(part: CommandBody | Option): number {
  const choices = ((part as Option).choices ?? []).reduce((n, c) => n + c.name.length + String(c.value).length, 0);
  const inside = (part.options ?? []).reduce((sum, option) => sum + lettersIn(option), 0);
  return (part.name ?? "").length + (part.description ?? "").length + choices + inside;
}
