/** One answer of Discord's REST API. */
export interface DiscordAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: unknown;
  /** In words, when it is not ok. */
  readonly error?: string;
}

const WITHIN_MS = 8_000;

/** Reads once, without retries; a rate limit is an answer like another. */
export async function askDiscord(apiUrl: string, path: string, token: string): Promise<DiscordAnswer> {
  try {
    const answer = await fetch(`${apiUrl.replace(/\/$/, "")}/v10${path}`, {
      headers: { authorization: `Bot ${token}`, "user-agent": "DiscordBot (https://github.com/discordjs, 14) Piloto" },
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    const body: unknown = await answer.json().catch(() => undefined);
    if (answer.ok) return { ok: true, status: answer.status, body };
    const told = (body as { message?: unknown; code?: unknown } | undefined) ?? {};
    const error = `Discord answers ${answer.status} ${String(told.message ?? "")} (${String(told.code ?? 0)})`;
    return { ok: false, status: answer.status, body, error: error.slice(0, 200) };
  } catch (cause) {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    return { ok: false, status: 0, body: undefined, error: `Discord does not answer: ${why}`.slice(0, 200) };
  }
}
