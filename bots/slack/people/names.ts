import type { WebClient } from "@slack/web-api";
import { plainLine } from "../../../core/domain/plain-text.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import { explainFailure } from "../connect/explain-failure.ts";
import { rememberFor } from "../install/slack-bots.ts";

export interface Names {
  /** What people call this user; `undefined` when Slack does not tell within a moment. Never rejects. */
  of(client: WebClient, user: string): Promise<string | undefined>;
}

const MOMENT_MS = 1_500;
const MOST = 80;

/** Display names by users.info, believed for `forMs`. A name that could not be had is asked for again. */
export function openNames(clock: Clock, forMs: number): Names {
  const byClient = new WeakMap<WebClient, ReturnType<typeof rememberFor<string | undefined>>>();
  const of = (client: WebClient) => {
    const known = byClient.get(client);
    if (known) return known;
    const made = rememberFor(forMs, clock, (user) => ask(client, user));
    byClient.set(client, made);
    return made;
  };
  return {
    async of(client, user) {
      const tooLong = new AbortController();
      // A name is a kindness: without it people are called by their account.
      const asked = of(client)
        .get(user)
        .catch(() => undefined);
      const name = await Promise.race([asked, clock.sleep(MOMENT_MS, tooLong.signal).then(() => undefined)]);
      tooLong.abort();
      return name;
    },
  };
}

/** What Slack will not tell, for want of a scope or because nobody is there, is not asked again for a while. */
async function ask(client: WebClient, user: string): Promise<string | undefined> {
  try {
    const { user: found } = await client.users.info({ user });
    const name = [found?.profile?.display_name, found?.profile?.real_name, found?.real_name, found?.name].find(Boolean);
    return name === undefined ? undefined : plainLine(name, MOST) || undefined;
  } catch (error) {
    if (REFUSALS.includes(explainFailure(error).code)) return undefined;
    throw error;
  }
}

const REFUSALS = ["missing_scope", "user_not_found", "user_not_visible", "not_allowed_token_type", "access_denied"];
