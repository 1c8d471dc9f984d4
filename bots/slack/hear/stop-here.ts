import { shortRunId } from "../../../core/domain/ids.ts";
import { plainLine } from "../../../core/domain/plain-text.ts";
import type { ShownRun } from "../../../core/index.ts";
import { words } from "../../../core/words/words.ts";
import { threadOf } from "../slack-ids.ts";
import type { Commanded } from "./commanded.ts";
import type { HearDeps } from "./hear-deps.ts";

const MOST = 10;

/**
 * `/piloto stop`: a command knows its channel and no thread. With one run there it is stopped; with several, whoever
 * asked is told their names and says which. Returns what to tell.
 */
export async function stopHere(
  rest: string,
  { actor, team, channel, rules }: Commanded,
  deps: HearDeps,
): Promise<string> {
  const say = words(deps.language).inbox.stop;
  const { active } = await deps.core.overview({
    ...actor,
    ...(rules.project === undefined ? {} : { projectId: rules.project }),
  });
  const wanted = rest.trim().replace(/^…/, "");
  const here = active.filter(({ run }) => (wanted ? run.id.endsWith(wanted) : isIn(run, team, channel)));
  const [one, ...others] = here;
  if (!one) return say.nothing;
  if (others.length > 0)
    return say.which(
      here
        .slice(0, MOST)
        .map((shown) => lineOf(shown, say))
        .join("\n"),
    );
  const { id: runId, revision } = one.run;
  const action = one.run.state === "waiting" ? "abandon" : "stop";
  const { account: by, ...who } = actor;
  const pressed = await deps.core.pressButton({ runId, revision, action, by, ...who });
  return pressed.reply;
}

function isIn({ chatId }: ShownRun["run"], team: string, channel: string): boolean {
  const thread = threadOf(chatId);
  return thread?.team === team && thread.channel === channel;
}

const lineOf = ({ run }: ShownRun, say: { line(run: string, goal: string): string }): string =>
  say.line(shortRunId(run.id), plainLine(run.plan.goal, 100));
