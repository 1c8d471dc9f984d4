import path from "node:path";
import Database from "better-sqlite3";
import { cardMessage } from "../../bots/slack/show/card-message.ts";
import { type SlackThread, threadOf } from "../../bots/slack/slack-ids.ts";
import { asId, type ChatId } from "../../core/domain/ids.ts";
import { isOver, type PlanRun } from "../../core/domain/plan-run.ts";
import type { ReadTx, Stores } from "../../core/ports/stores.ts";
import { currentCard } from "../../core/progress/current-card.ts";
import { openSqlite } from "../../storage/index.ts";
import type { SlackMessage } from "../../test/support/slack-server/slack-server.ts";
import { offered, runOf } from "./slack-chaos-card.ts";
import type { Meant } from "./slack-chaos-people.ts";
import type { SlackBenchWorld } from "./slack-world.ts";

/** What is wrong in the end, each thing in words. */
export interface Wrongs {
  readonly duplicatePosts: string[];
  readonly lostFinals: string[];
  readonly doubleRuns: string[];
  /** Runs that are still at work. */
  readonly unfinished: string[];
  /** Acknowledged to Slack, and killed before it was saved. */
  readonly unheard: string[];
  readonly counted: Readonly<Record<"meant" | "told" | "messages" | "runs" | "done", number>>;
}

/** Holds Slack, the record and the workshop against each other. Nobody else may be writing. */
export async function chaosWrongs(world: SlackBenchWorld, meant: readonly Meant[]): Promise<Wrongs> {
  const said = savedMessages(world.outside.folder);
  const stores = await openSqlite({ folder: world.outside.folder });
  try {
    const runs = await allRuns(stores);
    const finals = (await Promise.all(runs.map((run) => finalOf(run, stores, world)))).filter((wrong) => wrong !== "");
    const known = new Set(said.map(({ key }) => key));
    const isLost = ({ team, channel, ts, wasTold }: Meant) => wasTold() && !known.has(`slack:${team}/${channel}/${ts}`);
    return {
      duplicatePosts: duplicates(world),
      lostFinals: [...finals, ...unanswered(said, world)],
      doubleRuns: [...repeatedEffects(runs, world), ...(await runsTooMany(said, runs))],
      unfinished: runs
        .filter(({ state }) => !isOver(state) && state !== "draft")
        .map(({ id, state }) => `${id} ${state}`),
      unheard: meant.filter(isLost).map(({ channel, ts }) => `${channel}/${ts}`),
      counted: {
        meant: meant.length,
        told: meant.filter(({ wasTold }) => wasTold()).length,
        messages: said.length,
        runs: runs.length,
        done: runs.filter(({ state }) => state === "done").length,
      },
    };
  } finally {
    await stores.close();
  }
}

interface SavedMessage {
  readonly id: string;
  readonly chat_id: string;
  readonly key: string;
  readonly text: string;
  readonly handled_at_ms: number | null;
}

function savedMessages(folder: string): SavedMessage[] {
  const db = new Database(path.join(folder, "piloto.db"), { readonly: true });
  try {
    const all = "select id, chat_id, key, text, handled_at_ms from messages where origin = 'person' and face = 'slack'";
    return db.prepare(all).all() as SavedMessage[];
  } finally {
    db.close();
  }
}

async function allRuns(stores: Stores): Promise<PlanRun[]> {
  const found: PlanRun[] = [];
  let before: string | undefined;
  do {
    const page = await stores.read((tx) => tx.runs.page({}, { before, limit: 200 }));
    found.push(...page.items);
    before = page.next;
  } while (before !== undefined);
  return found;
}

/** Messages of Piloto with the same key, and unfinished answers that nothing replaced. */
function duplicates({ slack }: SlackBenchWorld): string[] {
  const keyOf = ({ channel, thread_ts: thread, metadata }: SlackMessage) => {
    const { key, cause } = (metadata?.event_payload ?? {}) as { key?: string; cause?: string };
    return `${channel}/${thread ?? ""}/${key ?? cause ?? "an unfinished answer"}`;
  };
  return [...slack.postsByKey(keyOf)]
    .filter(([key, messages]) => messages.length > 1 || key.endsWith("an unfinished answer"))
    .map(([key, messages]) => `${messages.length} × ${key}: ${messages[0]?.text.slice(0, 60)}`);
}

/** Empty when the card of a run that is over shows just what the record says. */
async function finalOf(run: PlanRun, stores: Stores, world: SlackBenchWorld): Promise<string> {
  if (!isOver(run.state)) return "";
  const thread = threadOf(run.chatId);
  const shown = thread && inThread(thread, world).find((message) => runOf(message) === run.id);
  const wanted = await stores.read((tx) => wantedText(tx, run));
  if (!shown) return `${run.id} is ${run.state} and has no card`;
  const isStale = shown.text !== wanted || offered(shown).buttons.some((button) => button !== "piloto:retry");
  return isStale ? `${run.id} is ${run.state}, its card says: ${shown.text.split("\n")[0]}` : "";
}

async function wantedText(tx: ReadTx, run: PlanRun): Promise<string | undefined> {
  const card = await currentCard(tx, { runId: run.id, chatId: run.chatId }, Date.now());
  return card && cardMessage(card, { plan: true }).text;
}

const inThread = ({ channel, root }: SlackThread, { slack }: SlackBenchWorld): SlackMessage[] =>
  slack.thread(channel, root).filter(({ bot_id }) => bot_id !== undefined);

/** Messages that Piloto took, and that have neither a sentence of their own nor a card in their thread. */
function unanswered(said: readonly SavedMessage[], world: SlackBenchWorld): string[] {
  return said.flatMap(({ id, chat_id: chat, text, handled_at_ms: handledAt }) => {
    const thread = threadOf(asId<ChatId>(chat));
    const ours = thread ? inThread(thread, world) : [];
    const isAnswered = ours.some(
      (message) => message.metadata?.event_payload.key === `reply:${id}` || runOf(message) !== undefined,
    );
    if (handledAt !== null && isAnswered) return [];
    return [`"${text}" in ${chat} was ${handledAt === null ? "not handled" : "not answered"}`];
  });
}

function repeatedEffects(runs: readonly PlanRun[], { outside }: SlackBenchWorld): string[] {
  const effects = outside.effects();
  return runs.flatMap(({ id, plan }) =>
    plan.steps.flatMap(({ number, replay }) => {
      const times = effects.get(`${id}-${number}`) ?? 0;
      return replay === "never" && times > 1 ? [`step ${number} of ${id} happened ${times} times`] : [];
    }),
  );
}

/** Each run of a conversation comes from a message of its own. */
async function runsTooMany(said: readonly SavedMessage[], runs: readonly PlanRun[]): Promise<string[]> {
  const counted = new Map<string, { said: number; runs: number }>();
  const of = (chat: string) => counted.get(chat) ?? { said: 0, runs: 0 };
  for (const { chat_id: chat } of said) counted.set(chat, { ...of(chat), said: of(chat).said + 1 });
  for (const { chatId } of runs) counted.set(chatId, { ...of(chatId), runs: of(chatId).runs + 1 });
  return [...counted]
    .filter(([, count]) => count.runs > count.said)
    .map(([chat, count]) => `${count.runs} runs in ${chat} from ${count.said} messages`);
}
