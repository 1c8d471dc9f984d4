import { holderOf } from "../access/holder-of.ts";
import { isKnown } from "../access/is-known.ts";
import { keepName } from "../access/keep-name.ts";
import type { Holder } from "../access/may.ts";
import { auditEntry } from "../access/record-audit.ts";
import type { Actor, Chat, Language } from "../domain/chat.ts";
import type { ChatId, ProjectId } from "../domain/ids.ts";
import { plainLine } from "../domain/plain-text.ts";
import { ACTIVE_STATES, isActive, isOver, type PlanRun, RUN_STATES } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";
import type { ReadTx } from "../ports/stores.ts";
import { words } from "../words/words.ts";
import { answerCommand, type CommandView } from "./commands.ts";
import { projectFor } from "./default-project.ts";
import { entersCode, linkAccounts } from "./link-accounts.ts";
import type { ConversationDeps } from "./scene.ts";

export const MENU_COMMANDS = ["help", "status", "runs", "services", "fleet", "whoami", "language", "link"] as const;

export interface CommandRequest extends Actor {
  readonly command: (typeof MENU_COMMANDS)[number];
  /** What follows it: a language, a link code, the end of a run's id. */
  readonly rest?: string;
  /** The chat it is about, where there is one: its runs, its language. */
  readonly chatId?: ChatId;
  readonly projectId?: ProjectId;
  readonly language?: Language;
}

/** Runs of a project that a status without a chat looks at, of each kind. */
const RUNS_SEEN = 50;
const MAX_REST = 500;
const MAX_NAME = 60;
const GROUPS_SHOWN = 10;

interface Asked {
  readonly chat?: Chat;
  readonly project?: Project;
  readonly who: Holder;
  /** What Piloto calls the person. */
  readonly name?: string;
}

/**
 * Answers a command of a menu to one person alone, without a model: nothing of it is said in a chat. Without a chat
 * (or with one that Piloto does not know) status and runs are those of the project. Strangers get the one sentence,
 * and no more, unless they enter a link code that is right.
 */
export async function menuCommand(request: CommandRequest, deps: ConversationDeps): Promise<{ readonly text: string }> {
  const asked = await deps.stores.read((tx) => lookUp(tx, request));
  const { chat, project, who } = asked;
  const language = chat?.language ?? request.language ?? deps.language ?? "en";
  if (!project) return { text: words(language).conversation.refused.noProject };
  const rest = (request.rest ?? "").slice(0, MAX_REST).trim();
  const isAllowed = isKnown(who, project);
  if (request.command === "link" && (isAllowed || entersCode(rest))) {
    const { account, name } = request;
    const linked = await linkAccounts({ account, name, rest, language }, deps);
    if (isAllowed || !linked.isWrong) return { text: linked.text };
  }
  if (!isAllowed || request.command === "link") return refuse(request, language, deps);
  await keepName(request, deps);
  if (request.command === "whoami") {
    const name = plainLine(request.name ?? "", MAX_NAME) || asked.name;
    return { text: await tellWhoami({ ...asked, name }, { project, language }, deps) };
  }
  if (request.command === "help") return { text: words(language).menu.help };
  if (request.command === "language" && !chat) return { text: words(language).menu.languageNeedsChat };
  const view = await deps.stores.read((tx) => viewOf(tx, { ...asked, project, language }, deps.clock.nowMs()));
  const answer = await answerCommand(request.command, rest, view, deps);
  if (answer.language === undefined || !chat) return { text: answer.text };
  await deps.stores.atomically((tx) => tx.chats.set(chat.id, { language: answer.language }));
  return { text: answer.text };
}

async function lookUp(tx: ReadTx, { account, groups, chatId, projectId }: CommandRequest): Promise<Asked> {
  const chat = chatId && (await tx.chats.get(chatId));
  const project = chat ? await tx.projects.get(chat.projectId) : await projectFor(tx, projectId);
  const who = await holderOf(tx, { account, groups });
  return { chat: chat || undefined, project, who, name: (await tx.people.of(account))?.name };
}

async function refuse(
  { account, command, chatId }: CommandRequest,
  language: Language,
  { stores, clock }: ConversationDeps,
): Promise<{ text: string }> {
  const entry = auditEntry(
    account,
    "refuse-request",
    `command:${command}`,
    clock.nowMs(),
    chatId ? { chat: chatId } : {},
  );
  await stores.atomically((tx) => tx.audit.append(entry));
  return { text: words(language).conversation.stranger(account) };
}

async function tellWhoami(
  { who, name }: Asked,
  { project, language }: { project: Project; language: Language },
  deps: ConversationDeps,
): Promise<string> {
  const say = words(language).menu;
  const { text } = await answerCommand("whoami", "", { language, project, who, pending: [], active: [] }, deps);
  const counting = (who.groups ?? []).filter((group) => isKnown({ account: NOBODY, groups: [group] }, project));
  return [
    text,
    ...(name ? [say.name(name)] : []),
    ...(counting.length > 0 ? [say.groups(counting.slice(0, GROUPS_SHOWN).join(", "))] : []),
    who.linked?.length ? say.linked(who.linked.join(", ")) : say.notLinked,
  ].join("\n");
}

/** An account that holds nothing: what a group alone brings. */
const NOBODY = "nobody" as Actor["account"];

async function viewOf(
  tx: ReadTx,
  { chat, project, who, language }: Asked & { project: Project; language: Language },
  nowMs: number,
): Promise<CommandView> {
  const isDraft = (run: PlanRun | undefined) => run?.state === "draft" && run.expiresAtMs > nowMs;
  if (chat) {
    const get = async (id: PlanRun["id"] | undefined) => (id ? [await tx.runs.get(id)].filter((run) => !!run) : []);
    const pending = (await get(chat.pendingRunId)).filter(isDraft);
    const active = (await get(chat.activeRunId)).filter((run) => isActive(run.state));
    const [last] = await get(chat.lastRunId);
    return { language, project, who, chatId: chat.id, pending, active, last };
  }
  const page = async (states: readonly PlanRun["state"][], limit: number) =>
    (await tx.runs.page({ projectId: project.id, states }, { limit })).items;
  const pending = (await page(["draft"], RUNS_SEEN)).filter(isDraft);
  const [last] = await page(RUN_STATES.filter(isOver), 1);
  return { language, project, who, pending, active: await page(ACTIVE_STATES, RUNS_SEEN), last };
}
