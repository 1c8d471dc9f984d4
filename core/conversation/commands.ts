import { PERMISSIONS } from "../access/is-known.ts";
import { type Holder, may } from "../access/may.ts";
import type { Language } from "../domain/chat.ts";
import { isPilotoError } from "../domain/errors.ts";
import { type ChatId, shortRunId } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";
import { named, namesOf } from "../words/names.ts";
import { whenText } from "../words/when.ts";
import { words } from "../words/words.ts";
import type { CommandName } from "./intent-words.ts";
import type { ConversationDeps } from "./scene.ts";

/** What a command is answered from: a chat's scene, or a project without one. */
export interface CommandView {
  readonly language: Language;
  readonly project: Project;
  readonly who: Holder;
  /** Absent: the answer is about the whole project, and for one person alone. */
  readonly chatId?: ChatId;
  /** Drafts that wait, and runs that are not over; newest first. */
  readonly pending: readonly PlanRun[];
  readonly active: readonly PlanRun[];
  readonly last?: PlanRun;
}

export interface CommandAnswer {
  readonly text: string;
  /** The chat's language from now on. */
  readonly language?: Language;
}

const RUNS_SHOWN = 10;
const MAX_GOAL = 80;
const MAX_OPERATION = 200;

type CommandDeps = Pick<ConversationDeps, "stores" | "fleet" | "clock">;

/** Answers a command from what is known, without a model. `stop` is a decision and `link` a matter of menus. */
export async function answerCommand(
  name: Exclude<CommandName, "stop" | "link">,
  rest: string,
  view: CommandView,
  deps: CommandDeps,
): Promise<CommandAnswer> {
  const { language } = view;
  switch (name) {
    case "help":
      return { text: words(language).conversation.help };
    case "status":
      return { text: rest === "" ? tellStatus(view, deps.clock.nowMs()) : await tellRun(rest, view, deps) };
    case "runs":
      return { text: rest === "" ? await tellRuns(view, deps) : await tellRun(rest, view, deps) };
    case "services":
      return { text: await tellServices(view, deps) };
    case "fleet":
      return { text: await tellFleet(language, deps) };
    case "whoami":
      return { text: tellWhoami(view) };
    case "language":
      return setLanguage(rest, language);
  }
}

function tellStatus({ language, chatId, pending, active, last }: CommandView, nowMs: number): string {
  const say = words(language);
  const { status, states } = say.conversation;
  const lines = [
    ...pending.map((run) => status.pending(shortRunId(run.id), goalOf(run), whenText(run.expiresAtMs, nowMs))),
    ...active.map((run) => status.active(shortRunId(run.id), goalOf(run), states[run.state])),
  ];
  const shown = lines.length > RUNS_SHOWN ? lines.slice(0, RUNS_SHOWN) : lines;
  if (lines.length > shown.length) shown.push(say.menu.status.more(lines.length - shown.length));
  if (last && active.every(({ id }) => id !== last.id)) {
    shown.push(status.last(shortRunId(last.id), goalOf(last), states[last.state]));
  }
  if (shown.length > 0) return shown.join("\n");
  return chatId ? status.idle : say.menu.status.idle;
}

async function tellRuns({ language, chatId, project }: CommandView, { stores }: CommandDeps): Promise<string> {
  const say = words(language);
  const filter = chatId ? { chatId } : { projectId: project.id };
  const { page, names } = await stores.read(async (tx) => {
    const found = await tx.runs.page(filter, { limit: RUNS_SHOWN });
    return {
      page: found,
      names: await namesOf(
        tx,
        found.items.map((run) => run.requestedBy),
      ),
    };
  });
  if (page.items.length === 0) return chatId ? say.conversation.runs.none : say.menu.noRuns;
  const { runs, states } = say.conversation;
  return page.items
    .map((run) => runs.line(shortRunId(run.id), goalOf(run), states[run.state], named(run.requestedBy, names)))
    .join("\n");
}

/** One run by the end of its id: its steps, as they stand. */
async function tellRun(typed: string, { language, project }: CommandView, { stores }: CommandDeps): Promise<string> {
  const say = words(language);
  const { status } = say.menu;
  const suffix = typed.replace(/^[….\s]+/u, "").slice(0, 200);
  return stores.read(async (tx) => {
    const run = suffix === "" ? undefined : await tx.runs.find(project.id, suffix);
    if (!run) return status.noRun(plainLine(typed, MAX_GOAL));
    const steps = new Map((await tx.steps.of(run.id, { results: false })).map((step) => [step.number, step]));
    const state = say.conversation.states[run.state];
    const who = named(run.requestedBy, await namesOf(tx, [run.requestedBy]));
    return [
      status.head(shortRunId(run.id), state, goalOf(run), who),
      ...run.plan.steps.map(({ number, tool }) => {
        const step = steps.get(number);
        const note = step?.summary === undefined ? "" : plainLine(step.summary, MAX_OPERATION);
        return status.step(number, status.steps[step?.state ?? "pending"], plainLine(tool, MAX_OPERATION), note);
      }),
    ].join("\n");
  });
}

async function tellServices({ language, project }: CommandView, { stores }: CommandDeps): Promise<string> {
  const say = words(language).conversation.services;
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

async function tellFleet(language: Language, { fleet }: CommandDeps): Promise<string> {
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

function tellWhoami({ language, project, who }: CommandView): string {
  const say = words(language).conversation;
  const held = PERMISSIONS.filter((permission) => may(who, permission, project));
  const names = held.map((permission) => say.permissions[permission]).join(", ");
  return say.whoami(who.account, names || say.permissions.none);
}

function setLanguage(rest: string, language: Language): CommandAnswer {
  const wanted = /^(?:es|español|espanol|spanish)$/i.test(rest)
    ? "es"
    : /^(?:en|english|inglés|ingles)$/i.test(rest) && "en";
  if (!wanted) return { text: words(language).conversation.language.unknown };
  return { text: words(wanted).conversation.language.set, language: wanted };
}

const goalOf = (run: PlanRun) => plainLine(run.plan.goal, MAX_GOAL);
