import type { ThreadCalls } from "./thread-calls.ts";

/** Piloto's bot id in a workspace, asked once; `undefined` while Slack does not say. */
export function createOwnBots(calls: ThreadCalls): (team: string) => Promise<string | undefined> {
  const known = new Map<string, string>();
  return async (team) => {
    const before = known.get(team);
    if (before !== undefined) return before;
    const answer = await calls.other(team, "auth.test", {}, { isRepeatable: true });
    const id = answer.kind === "ok" ? answer.data.bot_id : undefined;
    if (typeof id !== "string") return undefined;
    known.set(team, id);
    return id;
  };
}
