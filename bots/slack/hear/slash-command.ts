import { z } from "zod";
import { cutAt } from "../../../core/domain/plain-text.ts";
import { words } from "../../../core/words/words.ts";
import { type MenuLine, readMenuLine } from "../../shared/menu-line.ts";
import { placeOf } from "../../shared/place-of.ts";
import { receivePatiently } from "../../shared/receive-patiently.ts";
import { explainFailure } from "../connect/explain-failure.ts";
import type { SlackBot } from "../install/slack-bots.ts";
import { actorOf } from "../people/actors.ts";
import { chatIdOf } from "../slack-ids.ts";
import type { Commanded } from "./commanded.ts";
import type { HearDeps } from "./hear-deps.ts";
import { messageKey, readableText } from "./hear-message.ts";
import { postRoot, type Root } from "./post-root.ts";
import { stopHere } from "./stop-here.ts";
import { tellPrivately } from "./tell-privately.ts";

const Command = z.looseObject({
  command: z.string(),
  text: z.string().default(""),
  user_id: z.string(),
  channel_id: z.string(),
  team_id: z.string().optional(),
  trigger_id: z.string().min(1),
  response_url: z.string().optional(),
});

/**
 * `/piloto …`: `ask` and `plan` begin a thread of the channel with what was typed, `call` makes a plan of one exact
 * call there, the others are answered at once to the one who typed. Acknowledged before it comes here.
 */
export async function hearCommand(
  body: unknown,
  where: { team: string; bot: SlackBot },
  deps: HearDeps,
): Promise<void> {
  const given = Command.parse(body);
  const { user_id: user, channel_id: channel, response_url: responseUrl, trigger_id: trigger } = given;
  const { team, bot } = where;
  if (!(await deps.once.first(`trigger/${trigger}`))) return void deps.state.count("duplicates");
  const line = { bot, channel, user, ...(responseUrl === undefined ? {} : { responseUrl }) };
  const rules = placeOf(deps.settings.places, { server: team, channel });
  if (!rules.listen) return tellPrivately(line, words(deps.language).inbox.notHere, deps.language, deps);
  const text = await readableText(given.text, bot, deps);
  const actor = await actorOf({ bot, team, user }, deps);
  deps.state.count("commands");
  await obey(readMenuLine(text), { bot, team, channel, user, trigger, rules, actor, line }, deps);
}

async function obey(line: MenuLine, given: Commanded, deps: HearDeps): Promise<void> {
  const tell = (text: string) => tellPrivately(given.line, text, deps.language, deps);
  const say = words(deps.language).inbox;
  switch (line.kind) {
    case "ask":
    case "plan":
      return ask(line.text, given, deps);
    case "call":
      return call(line, given, deps);
    case "stop":
      return tell(await stopHere(line.rest, given, deps));
    case "unclear":
      return tell(line.why === "unknown" ? say.unclear.unknown(cutAt(line.found, 60)) : say.unclear[line.why]);
    case "menu": {
      const told = await deps.core.command({
        command: line.name,
        rest: line.rest,
        ...given.actor,
        ...(given.rules.project === undefined ? {} : { projectId: given.rules.project }),
        language: deps.language,
      });
      return tell(told.text);
    }
  }
}

/** Begins a conversation with a text that somebody gave elsewhere than in it. */
export async function ask(text: string, given: Commanded, deps: HearDeps): Promise<void> {
  const root = await begin(words(deps.language).inbox.asked, text, given, deps);
  const { rules, actor, line, team } = given;
  const received = await receivePatiently(
    {
      key: messageKey(team, root.channel, root.root),
      chatId: chatIdOf(root),
      ...actor,
      text,
      ...(rules.project === undefined ? {} : { projectId: rules.project }),
    },
    deps,
  );
  if (received.kind === "refused") return tellPrivately(line, received.reply, deps.language, deps);
  deps.state.count("heard");
  await deps.held.heard(root, root.root);
  if (root.isElsewhere) await tellPrivately(line, words(deps.language).inbox.elsewhere, deps.language, deps);
}

function begin(
  says: string,
  text: string,
  { bot, team, channel, user, trigger }: Commanded,
  { clock }: HearDeps,
): Promise<Root> {
  return postRoot({ bot, team, channel, user, says, text, cause: trigger }, clock);
}

async function call(line: Extract<MenuLine, { kind: "call" }>, given: Commanded, deps: HearDeps): Promise<void> {
  const say = words(deps.language).inbox;
  const { service, operation, args } = line;
  const root = await begin(say.called, `${service} ${operation}`, given, deps);
  const proposed = await deps.core.proposeCall({
    chatId: chatIdOf(root),
    ...(given.rules.project === undefined ? {} : { projectId: given.rules.project }),
    ...given.actor,
    service,
    operation,
    args,
  });
  if (proposed.kind === "drafted") {
    await deps.held.heard(root, root.root);
    if (root.isElsewhere) await tellPrivately(given.line, say.elsewhere, deps.language, deps);
    return;
  }
  await takeBack(root, given.bot, deps);
  const problems = proposed.kind === "problems" ? proposed.problems.map(({ text }) => text).join(" ") : "";
  await tellPrivately(given.line, problems ? say.call.problems(problems) : say.call.notAllowed, deps.language, deps);
}

/** Nothing came of it: what announced it goes again. Where it cannot, it stands there and does no harm. */
async function takeBack({ channel, root: ts }: Root, { client }: SlackBot, { logger }: HearDeps): Promise<void> {
  try {
    await client.chat.delete({ channel, ts });
  } catch (error) {
    logger.warn({ channel, code: explainFailure(error).code }, "The announcement of a call could not be taken back.");
  }
}
