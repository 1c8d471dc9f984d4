import { holderOf, linkedAccounts } from "../access/holder-of.ts";
import { isHeard } from "../access/is-heard.ts";
import type { Holder } from "../access/may.ts";
import type { Chat, Message } from "../domain/chat.ts";
import { accountsOf, isActive, type PlanRun } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";
import { PLAN_KEY, planMessageKey } from "../planning/remember-plan.ts";
import type { CorePorts } from "../ports/core-ports.ts";
import type { ReadTx } from "../ports/stores.ts";
import type { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { type Names, named, namesOf } from "../words/names.ts";
import { whoText } from "../words/who-text.ts";
import type { IntentScene } from "./read-intent.ts";

/** What a conversation needs of the world. */
export interface ConversationDeps extends Omit<CorePorts, "tools"> {
  readonly tools: ToolCatalogue;
}

/** All that a turn looks at, read in one snapshot. */
export interface Scene {
  readonly message: Message;
  readonly chat: Chat;
  readonly project: Project;
  /** Who said it, with the groups of that moment; absent for a message that names nobody. */
  readonly who?: Holder;
  /** Oldest first, the message itself, what came after it and what strangers said left out. */
  readonly history: readonly Message[];
  /** The draft that words in this chat are about. */
  readonly pending?: PlanRun;
  /** The pending plan was shown after the message was said: words in it cannot mean that plan. */
  readonly pendingCameLater: boolean;
  readonly active?: PlanRun;
  readonly last?: PlanRun;
  /** What the people of the message and of these runs are called. */
  readonly names: Names;
  readonly intentScene: IntentScene;
}

/** Messages of a chat that are looked at for one turn; the model's room decides how many of them it sees. */
const LOOK_BACK = 60;

/** The key of Piloto's words about the plan that waits: what an edit changed, how a dry run went. */
export const ABOUT_PLAN_KEY = "piloto:about-plan:";

/** `undefined` when the chat or its project is gone. */
export function readScene(message: Message, { stores }: Pick<ConversationDeps, "stores">): Promise<Scene | undefined> {
  return stores.read(async (tx) => {
    const chat = await tx.chats.get(message.chatId);
    const project = chat && (await tx.projects.get(chat.projectId));
    if (!chat || !project) return undefined;
    const newest = (await tx.messages.page(chat.id, { limit: LOOK_BACK * 2 })).items;
    const at = newest.findIndex(({ id }) => id === message.id);
    const later = at < 0 ? [] : newest.slice(0, at);
    const earlier = newest.slice(at + 1, at + 1 + LOOK_BACK).filter(({ handledAtMs }) => handledAtMs !== undefined);
    const speakers = earlier.flatMap(({ account, origin }) => (account && origin === "person" ? [account] : []));
    const linked = await linkedAccounts(tx, speakers);
    const history = earlier.filter((one) => isHeard(one, project, linked)).reverse();
    const { account, groups } = message;
    const who = account && (await holderOf(tx, { account, groups }));
    const [pending, active, last] = await runsOf(tx, chat);
    const pendingKey = pending && planMessageKey(pending);
    // So much was said since that the message is out of sight: the plan may be among it.
    const pendingCameLater = at < 0 ? pending !== undefined : later.some(({ key }) => key === pendingKey);
    const intentScene = toIntentScene(history, { pending, active, last });
    const people = [pending, active, last].flatMap((run) => (run ? accountsOf(run) : []));
    const names = await namesOf(tx, [account, ...people]);
    return { message, chat, project, who, history, pending, pendingCameLater, active, last, names, intentScene };
  });
}

/** Who speaks, with the account: an administrator who is to allow something needs it. */
export function fullName({ message: { account }, names }: Pick<Scene, "message" | "names">): string {
  if (account === undefined) return "";
  const name = named(account, names);
  return name === whoText(account) || name.endsWith(")") ? account : `${name} (${account})`;
}

async function runsOf(tx: ReadTx, chat: Chat): Promise<(PlanRun | undefined)[]> {
  const [pending, active, last] = [
    chat.pendingRunId && (await tx.runs.get(chat.pendingRunId)),
    chat.activeRunId && (await tx.runs.get(chat.activeRunId)),
    chat.lastRunId && (await tx.runs.get(chat.lastRunId)),
  ];
  return [
    pending?.state === "draft" ? pending : undefined,
    active && isActive(active.state) ? active : undefined,
    last || undefined,
  ];
}

function toIntentScene(
  history: readonly Message[],
  { pending, active, last }: { pending?: PlanRun; active?: PlanRun; last?: PlanRun },
): IntentScene {
  const said = history.findLast((message) => message.origin === "piloto");
  return {
    hasPending: pending !== undefined,
    active: active && (active.state === "waiting" ? "waiting" : "working"),
    hasFailed: last?.state === "error",
    lastSaid: lastSaid(said),
  };
}

function lastSaid(said: Message | undefined): IntentScene["lastSaid"] {
  if (!said) return "nothing";
  if (said.key.startsWith(ABOUT_PLAN_KEY) && /[?？]\s*$/.test(said.text)) return "question";
  if (said.key.startsWith(PLAN_KEY) || said.key.startsWith(ABOUT_PLAN_KEY)) return "plan";
  return /[?？]\s*$/.test(said.text) ? "question" : "other";
}
