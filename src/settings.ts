import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { canonicalJson, sha256 } from "../core/domain/canonical.ts";
import type { Language } from "../core/domain/chat.ts";
import { PilotoError } from "../core/domain/errors.ts";
import type { AccountId, ProjectId } from "../core/domain/ids.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS, type Project } from "../core/domain/project.ts";
import {
  type DiscordAppSettings,
  discordAppSettings,
  type SlackAppSettings,
  slackAppSettings,
} from "./chat-app-settings.ts";
import { DEMO_PROJECT, demoProject } from "./demo/demo-project.ts";
import type { LogLevel } from "./logger.ts";
import type { ProjectSettings } from "./project-settings.ts";
import { explainFirst, readEnvironment } from "./settings-environment.ts";
import { SettingsFile, type SettingsFileContent } from "./settings-file.ts";
import { type FleetModels, type FleetNodeSettings, fleetModels, fleetNodes } from "./settings-fleet.ts";

/** Everything that a person can set, validated and complete. */
export interface Settings {
  /** Absolute. Database, key and checkpoints lie here. */
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  readonly databaseUrl?: string;
  readonly language: Language;
  readonly log: { readonly level: LogLevel; readonly file?: string };
  readonly keyFile: string;
  readonly model?: string;
  readonly fleet: readonly FleetNodeSettings[];
  /** Rules and options of single models. */
  readonly models: FleetModels;
  /** Where other programs reach the PCs. */
  readonly endpoint: EndpointSettings;
  /** Tokens of context that every model gets; the fleet's default when absent. */
  readonly contextTokens?: number;
  readonly projects: readonly ProjectSettings[];
  readonly defaultProject: ProjectId;
  /** Absent: Piloto is not in that chat app. */
  readonly slack?: SlackAppSettings;
  readonly discord?: DiscordAppSettings;
  /** Nothing is configured, or `PILOTO_DEMO=1`: simulated PCs and a small workshop take the place of real ones. */
  readonly isDemo: boolean;
}

export interface EndpointSettings {
  readonly host: string;
  readonly port: number;
  /** The settings ask for it; else it opens only when a program has a token. */
  readonly isWanted: boolean;
}

/** Where settings are read from: the process gives its own, tests give theirs. */
export interface SettingsSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/**
 * Reads the environment, `.env` in `folder`, and the settings file; the earlier wins over the later.
 * Fills in defaults. Reads files and nothing else: calling it twice gives the same.
 * @throws PilotoError SETTINGS_INVALID with the key, what was wanted and what was found.
 */
export function readSettings({ env, folder }: SettingsSource): Settings {
  const given = readEnvironment({ ...present(dotEnv(folder)), ...present(env) });
  const baseFolder = path.resolve(folder, given.PILOTO_DATA_DIR ?? ".data");
  const file = readFile(
    path.resolve(folder, given.PILOTO_SETTINGS ?? path.join(baseFolder, "settings.json")),
    given.PILOTO_SETTINGS !== undefined,
  );
  const fleet = fleetNodes(given.OLLAMA_HOSTS, file?.fleet);
  const isDemo = given.PILOTO_DEMO ?? (fleet.length === 0 && file === undefined);
  const dataFolder = isDemo ? path.join(baseFolder, "demo") : baseFolder;
  const model = given.PILOTO_MODEL ?? file?.model;
  const [slack, discord] = [slackAppSettings(given, file?.slack), discordAppSettings(given, file?.discord)];
  const apps = [...(slack ? ["slack"] : []), ...(discord ? ["discord"] : [])];
  const projects = isDemo ? [demoProject(apps)] : projectsOf(file, model);
  mustKnowProjects(file, projects);
  return {
    dataFolder,
    host: given.PILOTO_HOST ?? file?.host ?? "127.0.0.1",
    port: given.PILOTO_PORT ?? file?.port ?? 7420,
    databaseUrl: isDemo ? undefined : (given.PILOTO_DATABASE_URL ?? file?.databaseUrl),
    language: given.PILOTO_LANGUAGE ?? file?.language ?? "en",
    log: { level: given.PILOTO_LOG_LEVEL ?? file?.logLevel ?? "info", file: given.PILOTO_LOG_FILE },
    keyFile: path.resolve(folder, given.PILOTO_KEY_FILE ?? path.join(dataFolder, "keys", "secrets.key")),
    model,
    fleet,
    models: isDemo ? {} : fleetModels(file?.models, fleet),
    endpoint: endpointOf(file),
    contextTokens: file?.contextTokens,
    projects,
    defaultProject: isDemo ? DEMO_PROJECT.project.id : defaultProject(file, projects),
    slack,
    discord,
    isDemo,
  };
}

const endpointOf = (file: SettingsFileContent | undefined): EndpointSettings => ({
  host: file?.endpoint?.host ?? "127.0.0.1",
  port: file?.endpoint?.port ?? 7423,
  isWanted: file?.endpoint !== undefined,
});

/** SHA-256 of the effective settings, what is secret left out: tells two starts apart in the audit log. */
export function settingsHash(settings: Settings): string {
  const { databaseUrl, slack, discord, ...told } = settings;
  const apps = { slack: slack && withoutTokens(slack), discord: discord && withoutTokens(discord) };
  const hashed = { ...told, ...apps, database: databaseUrl ? "postgres" : "sqlite" };
  return sha256(canonicalJson(JSON.parse(JSON.stringify(hashed))));
}

const withoutTokens = <T extends { readonly tokens: object }>({ tokens: _, ...told }: T) => told;

/** A place that names a project which is not there would fall silent. */
function mustKnowProjects(file: SettingsFileContent | undefined, projects: readonly ProjectSettings[]): void {
  const known = projects.map(({ project }) => project.id as string);
  for (const [app, content] of [["slack", file?.slack] as const, ["discord", file?.discord] as const]) {
    const wrong = content?.places?.find(({ project }) => project !== undefined && !known.includes(project));
    if (!wrong) continue;
    const message = `A place under "${app}" belongs to the project "${wrong.project}"; the projects are: ${known.join(", ")}.`;
    throw new PilotoError("SETTINGS_INVALID", message);
  }
}

function dotEnv(folder: string): Record<string, string | undefined> {
  const file = path.join(folder, ".env");
  if (!existsSync(file)) return {};
  const text = readText(file, "");
  mustBeLines(text, file);
  return parseEnv(text);
}

/** Node's reader passes over what it cannot read; a setting that a person wrote must not vanish like that. */
function mustBeLines(text: string, file: string): void {
  const lines = text.replace(QUOTED, (quoted) => quoted.replace(/[^\n]+/g, "=")).split("\n");
  const at = lines.findIndex((line) => !/^\s*($|#|(export\s+)?[\w.-]+\s*=)/.test(line) && !/^=*\s*(#.*)?$/.test(line));
  if (at < 0) return;
  throw new PilotoError("SETTINGS_INVALID", `Line ${at + 1} of ${file}: wanted NAME=value or # and a remark.`);
}

const QUOTED = /(?<==[ \t]*)(["'`])[^"'`]*?\1/g;

/** An empty variable counts as absent, as shells and compose files leave them. */
function present(env: SettingsSource["env"]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

function readFile(file: string, mustExist: boolean): SettingsFileContent | undefined {
  if (!existsSync(file)) {
    if (!mustExist) return undefined;
    throw new PilotoError("SETTINGS_INVALID", `PILOTO_SETTINGS names ${file}, and there is no such file.`);
  }
  const text = readText(file, " Name another with PILOTO_SETTINGS.");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PilotoError("SETTINGS_INVALID", `The settings file ${file} is not JSON: ${why}.`, { cause });
  }
  const read = SettingsFile.safeParse(content);
  if (read.success) return read.data;
  throw new PilotoError("SETTINGS_INVALID", explainFirst(read.error, content, `the settings file ${file}`));
}

/** Without the mark (BOM) that some editors put first. */
function readText(file: string, todo: string): string {
  try {
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const message = `${file} should be a file with settings, and cannot be read (${code}). Give Piloto's user access, or take it away.${todo}`;
    throw new PilotoError("SETTINGS_INVALID", message, { cause });
  }
}

function projectsOf(file: SettingsFileContent | undefined, model: string | undefined): ProjectSettings[] {
  const named = Object.entries(file?.projects ?? {});
  if (named.length === 0) return [{ project: projectOf("main", { name: "Main" }, model), services: [] }];
  return named.map(([id, content]) => ({
    project: projectOf(id, content, model),
    services: Object.entries(content.services ?? {}).map(([name, service]) => ({ name, allow: [], ...service })),
    ...(content.fleetWeight !== undefined && { fleetWeight: content.fleetWeight }),
  }));
}

type ProjectContent = NonNullable<SettingsFileContent["projects"]>[string];

/** Who may do what is never guessed for a named project; without any project the person at the terminal may. */
function projectOf(id: string, content: ProjectContent, model: string | undefined): Project {
  const everybody = ["terminal:*"] as AccountId[];
  const access = content.access ?? { propose: everybody, confirm: everybody, administer: everybody };
  return {
    id: id as ProjectId,
    name: content.name ?? id,
    access: {
      propose: (access.propose ?? []) as AccountId[],
      confirm: (access.confirm ?? []) as AccountId[],
      administer: (access.administer ?? []) as AccountId[],
    },
    limits: { ...DEFAULT_LIMITS, ...content.limits },
    model: content.model ?? model,
    readsNeedNoConfirmation: content.readsNeedNoConfirmation ?? false,
    draftLifeMs: content.draftLifeHours === undefined ? DEFAULT_DRAFT_LIFE_MS : content.draftLifeHours * 3_600_000,
  };
}

function defaultProject(file: SettingsFileContent | undefined, projects: readonly ProjectSettings[]): ProjectId {
  const wanted = file?.defaultProject;
  const found = wanted === undefined ? projects[0] : projects.find(({ project }) => project.id === wanted);
  if (found) return found.project.id;
  const names = projects.map(({ project }) => project.id).join(", ");
  throw new PilotoError("SETTINGS_INVALID", `defaultProject is "${wanted}"; the projects are: ${names}.`);
}
