import type { Json } from "./json.ts";

/** A refusal by its Slack name: answered as `{ok: false, error}` with whatever else Slack adds. */
export class SlackNo extends Error {
  readonly error: string;
  readonly more: Json;

  constructor(error: string, more: Json = {}) {
    super(error);
    this.error = error;
    this.more = more;
  }
}

/** Slack's way to point at what is wrong with the arguments or the blocks. */
export function slackNoBecause(error: string, problems: string[]): SlackNo {
  return new SlackNo(error, { response_metadata: { messages: problems.map((p) => `[ERROR] ${p}`) } });
}
