import { z } from "zod";

/** One answer of Slack's Web API, with what its headers tell. */
export interface SlackAnswer {
  readonly ok: boolean;
  readonly error?: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Of the token that asked; empty where Slack does not say. */
  readonly scopes: readonly string[];
  /** Slack's clock. */
  readonly dateMs?: number;
}

const Body = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const WITHIN_MS = 8_000;
/** What an `error` begins with when nothing came back; the reason follows. */
export const NO_ANSWER = "no_answer: ";

/** Asks Slack once, without retries. What is no answer of Slack's API is an `error` in words. */
export async function askSlack(
  apiUrl: string,
  method: string,
  { token, args = {} }: { token: string; args?: Readonly<Record<string, string>> },
): Promise<SlackAnswer> {
  try {
    const answer = await fetch(new URL(method, apiUrl), {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(args).toString(),
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    const body = Body.safeParse(await answer.json().catch(() => undefined));
    const dateMs = Date.parse(answer.headers.get("date") ?? "");
    const scopes = (answer.headers.get("x-oauth-scopes") ?? "").split(",").map((scope) => scope.trim());
    const facts = { scopes: scopes.filter(Boolean), ...(Number.isNaN(dateMs) ? {} : { dateMs }) };
    if (!body.success) return { ok: false, error: `http_${answer.status}`, body: {}, ...facts };
    return { ok: body.data.ok, error: body.data.error, body: body.data, ...facts };
  } catch (cause) {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    return { ok: false, error: `${NO_ANSWER}${why}`.slice(0, 200), body: {}, scopes: [] };
  }
}
