import { may, type Permission } from "../access/may.ts";
import type { Language } from "../domain/chat.ts";
import { isPilotoError } from "../domain/errors.ts";
import { type AccountId, shortRunId } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import { whenText } from "../words/when.ts";
import { whoText } from "../words/who-text.ts";
import { words } from "../words/words.ts";
import type { CommandName } from "./intent-words.ts";
import type { ConversationDeps, Scene } from "./scene.ts";

export interface CommandAnswer {
  readonly text: string;
  /** The chat's language from now on. */
  readonly language?: Language;
}

const RUNS_SHOWN = 10;
const MAX_GOAL = 80;

/** Answers a command from what is known, without a model. `stop` is a decision and is not answered here. */
export async function answerCommand(
  name: Exclude<CommandName, "stop">,
  rest: string,
  scene: Scene,
  deps: ConversationDeps,
): Promise<CommandAnswer> {
  const language = scene.chat.language;
  switch (name) {
    case "help":
      return { text: words(language).conversation.help };
    case "status":
      return { text: tellStatus(scene, deps.clock.nowMs()) };
    case "runs":
      return { text: await tellRuns(scene, deps) };
    case "services":
      return { text: await tellServices(scene, deps) };
    case "fleet":
      return { text: await tellFleet(language, deps) };
    case "whoami":
      return { text: tellWhoami(scene) };
    case "language":
      return setLanguage(rest, language);
  }
}

function tellStatus({ chat, pending, active, last }: Scene, nowMs: number): string {
  const say = words(chat.language).conversation;
  const lines = [
    pending && say.status.pending(shortRunId(pending.id), goalOf(pending), whenText(pending.expiresAtMs, nowMs)),
    active && say.status.active(shortRunId(active.id), goalOf(active), say.states[active.state]),
    last && last.id !== active?.id && say.status.last(shortRunId(last.id), goalOf(last), say.states[last.state]),
  ].filter((line) => typeof line === "string");
  return lines.length === 0 ? say.status.idle : lines.join("\n");
}

async function tellRuns({ chat }: Scene, { stores }: ConversationDeps): Promise<string> {
  const say = words(chat.language).conversation;
  const page = await stores.read((tx) => tx.runs.page({ chatId: chat.id }, { limit: RUNS_SHOWN }));
  if (page.items.length === 0) return say.runs.none;
  return page.items
    .map((run) => say.runs.line(shortRunId(run.id), goalOf(run), say.states[run.state], whoText(run.requestedBy)))
    .join("\n");
}

async function tellServices({ chat, project }: Scene, { stores }: ConversationDeps): Promise<string> {
  const say = words(chat.language).conversation.services;
  const lines = await stores.read(async (tx) => {
    const services = await tx.services.list(project.id);
    return Promise.all(
      services.map(async (service) => {
        const endpoints = await tx.services.endpoints(service.id);
        const allowed = endpoints.filter((endpoint) => endpoint.isAllowed).length;
        return say.line(service.name, service.title, allowed, endpoints.length, service.isOffline ? say.offline : "");
      }),
    );
  });
  return lines.length === 0 ? say.none : lines.join("\n");
}

async function tellFleet(language: Language, { fleet }: ConversationDeps): Promise<string> {
  const say = words(language).conversation.fleet;
  const nodes = await fleet.nodes();
  if (nodes.length === 0) return say.none;
  const lines = nodes.map((node) =>
    say.line(node.name, say.health[node.health], node.resident.join(", ") || say.nothing, node.requestsInFlight),
  );
  const models = await modelNames(fleet);
  return models === "" ? lines.join("\n") : [...lines, say.models(models)].join("\n");
}

/** An empty fleet is told by its machines already. */
async function modelNames(fleet: ConversationDeps["fleet"]): Promise<string> {
  try {
    return (await fleet.models()).map((model) => model.name).join(", ");
  } catch (error) {
    if (isPilotoError(error, "FLEET_EMPTY") || isPilotoError(error, "NODE_UNREACHABLE")) return "";
    throw error;
  }
}

function tellWhoami({ chat, project, message }: Scene): string {
  const say = words(chat.language).conversation;
  const account = message.account ?? ("unknown" as AccountId);
  const permissions: readonly Permission[] = ["propose", "confirm", "administer"];
  const held = permissions.filter((permission) => may(account, permission, project));
  const names = held.map((permission) => say.permissions[permission]).join(", ");
  return say.whoami(account, names || say.permissions.none);
}

function setLanguage(rest: string, language: Language): CommandAnswer {
  const wanted = /^(?:es|español|espanol|spanish)$/i.test(rest)
    ? "es"
    : /^(?:en|english|inglés|ingles)$/i.test(rest) && "en";
  if (!wanted) return { text: words(language).conversation.language.unknown };
  return { text: words(wanted).conversation.language.set, language: wanted };
}

const goalOf = (run: PlanRun) => plainLine(run.plan.goal, MAX_GOAL);
