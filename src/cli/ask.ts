import type { Message } from "../../core/domain/chat.ts";
import { PilotoError } from "../../core/domain/errors.ts";
import { type AccountId, type ChatId, shortRunId } from "../../core/domain/ids.ts";
import { isActive, type PlanRun } from "../../core/domain/plan-run.ts";
import { COMMAND_FACE } from "../command-platform.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { hint, print, printJson } from "./output.ts";
import { printRun } from "./print-run.ts";
import { numberOf } from "./runs.ts";
import { waitUntil } from "./wait-until.ts";
import { type Working, withCore } from "./with-core.ts";
import { projectNamed, whoActs } from "./with-house.ts";

export interface WaitOptions extends CommonOptions {
  readonly seconds: string;
}

/**
 * `piloto ask WORDS`: one message in a chat of its own. Prints the answer, or the plan that waits for a decision.
 * Exit 1 when nothing came within `--seconds`.
 */
export function ask(words: string[], options: WaitOptions): Promise<ExitCode> {
  const withinMs = numberOf(options.seconds, "--seconds", 86_400) * 1000;
  return withCore(async (working) => {
    const chatId = `${COMMAND_FACE}:${working.ids.next()}` as ChatId;
    const key = `${COMMAND_FACE}:${working.ids.next()}`;
    await send({ chatId, key, text: words.join(" "), account: whoActs(options, working.settings) }, options, working);
    const answer = await waitUntil(working, withinMs, () => answerTo(key, chatId, working));
    if (!answer) {
      hint(`No answer within ${options.seconds} s. It may still come: piloto runs list.`);
      return EXIT.failed;
    }
    if (answer.run) await printRun(answer.run, options, working);
    else if (options.json) printJson({ answer: answer.texts.join("\n\n") });
    else print(...answer.texts);
    if (answer.run?.state === "draft" && !options.json) {
      const id = shortRunId(answer.run.id);
      hint(`\nNothing has happened yet. Decide with: piloto runs confirm ${id}, or: piloto runs cancel ${id}`);
    }
    return EXIT.ok;
  });
}

interface Sent {
  readonly chatId: ChatId;
  readonly key: string;
  readonly text: string;
  readonly account: AccountId;
}

async function send(message: Sent, options: CommonOptions, working: Working): Promise<void> {
  const project = await projectNamed(working, options);
  const core = await working.core();
  const received = await core.receiveMessage({ ...message, projectId: project.id });
  if (received.kind === "refused") throw new PilotoError("INPUT_INVALID", received.reply);
}

interface Answer {
  readonly texts: readonly string[];
  readonly run?: PlanRun;
}

/** What the chat holds once the message was acted on; a run that began by itself is waited for. */
function answerTo(key: string, chatId: ChatId, { stores }: Working): Promise<Answer | undefined> {
  return stores.read(async (tx) => {
    const { items } = await tx.messages.page(chatId, { limit: 20 });
    if (items.find((message) => message.key === key)?.handledAtMs === undefined) return undefined;
    const { items: runs } = await tx.runs.page({ chatId }, { limit: 1 });
    const run = runs[0];
    if (run) return isActive(run.state) && run.state !== "waiting" ? undefined : { texts: [], run };
    const texts = items.filter(isFromPiloto).map(({ text }) => text);
    return texts.length > 0 ? { texts: texts.reverse() } : undefined;
  });
}

const isFromPiloto = ({ origin }: Message) => origin === "piloto";
