import { DiscordAPIError, type RawFile, REST, type RouteLike } from "discord.js";
import { PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Counts } from "./counts.ts";

/** The one way out: every request of Piloto to Discord goes through here. */
export interface DiscordRest {
  call(method: "get" | "post" | "put" | "patch" | "delete", route: RouteLike, what?: CallWhat): Promise<unknown>;
  /** When Discord refused the token, and has not taken it again since. */
  readonly refusedSinceMs: number | undefined;
}

export interface CallWhat {
  readonly body?: unknown;
  readonly files?: readonly RawFile[];
  readonly query?: Record<string, string>;
  /** `false`: the address itself holds a token, as with interactions. */
  readonly auth?: boolean;
}

export interface RestOptions {
  readonly token: string;
  readonly apiUrl?: string;
  readonly clock: Clock;
  readonly counts: Counts;
}

const TIMEOUT_MS = 15_000;
/** Ten thousand refused requests in ten minutes shut a whole address out of Discord. */
const PAUSES_MS = [1_000, 5_000, 30_000, 60_000];

/**
 * Rate limits are waited out inside (discord.js). Nothing is repeated by itself: a repeated post could stand twice.
 * After a 401 discord.js forgets the token; here it is given back, and calls pause with growing pauses.
 */
export function createDiscordRest({ token, apiUrl, clock, counts }: RestOptions): DiscordRest {
  const rest = new REST({ ...apiOf(apiUrl), retries: 0, timeout: TIMEOUT_MS }).setToken(token);
  rest.on("response", (_, { status }) => {
    if (status === 429) counts.add("rateLimited");
  });
  let refused: { sinceMs: number; times: number; nextMs: number } | undefined;

  function noteRefusal(): void {
    rest.setToken(token);
    const nowMs = clock.nowMs();
    const times = (refused?.times ?? 0) + 1;
    const pauseMs = PAUSES_MS[Math.min(times, PAUSES_MS.length) - 1]!;
    refused = { sinceMs: refused?.sinceMs ?? nowMs, times, nextMs: nowMs + pauseMs };
    counts.add("tokenRefused");
  }

  return {
    get refusedSinceMs() {
      return refused?.sinceMs;
    },
    async call(method, route, { body, files, query, auth = true } = {}) {
      if (auth && refused && clock.nowMs() < refused.nextMs) throw tokenRefused();
      try {
        const answer = await rest[method](route, {
          auth,
          ...(body === undefined ? {} : { body }),
          ...(files?.length ? { files: [...files] } : {}),
          ...(query ? { query: new URLSearchParams(query) } : {}),
        });
        if (auth) refused = undefined;
        return answer;
      } catch (error) {
        if (!auth || !(error instanceof DiscordAPIError) || error.status !== 401) throw error;
        noteRefusal();
        throw tokenRefused(error);
      }
    },
  };
}

/** discord.js adds the version to the address. */
export const apiOf = (apiUrl: string | undefined): { api?: string } =>
  apiUrl === undefined ? {} : { api: apiUrl.replace(/\/+$/, "").replace(/\/v\d+$/, "") };

function tokenRefused(cause?: unknown): PilotoError {
  const message = "Discord refuses the bot token. Make a new one in Discord's developer portal and give it to Piloto.";
  return new PilotoError("CHAT_UNREACHABLE", message, { cause });
}
