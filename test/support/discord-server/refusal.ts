/** What Discord answers when it refuses: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
const REFUSALS = {
  unauthorized: [401, 0, "401: Unauthorized"],
  notFound: [404, 0, "404: Not Found"],
  methodNotAllowed: [405, 0, "405: Method Not Allowed"],
  unknownApplication: [404, 10002, "Unknown Application"],
  unknownChannel: [404, 10003, "Unknown Channel"],
  unknownGuild: [404, 10004, "Unknown Guild"],
  unknownMember: [404, 10007, "Unknown Member"],
  unknownMessage: [404, 10008, "Unknown Message"],
  unknownUser: [404, 10013, "Unknown User"],
  unknownWebhook: [404, 10015, "Unknown Webhook"],
  unknownInteraction: [404, 10062, "Unknown interaction"],
  unknownCommand: [404, 10063, "Unknown application command"],
  tooManyCommands: [400, 30032, "Maximum number of application commands reached"],
  tooManyLateEdits: [429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later"],
  tooLarge: [413, 40005, "Request entity too large"],
  alreadyAcknowledged: [400, 40060, "Interaction has already been acknowledged."],
  blockedUserAgent: [403, 40333, "internal network error"],
  renamedTooOften: [429, 20028, "The resource is being rate limited."],
  missingAccess: [403, 50001, "Missing Access"],
  notYourMessage: [403, 50005, "Cannot edit a message authored by another user"],
  emptyMessage: [400, 50006, "Cannot send an empty message"],
  closedDirectMessages: [403, 50007, "Cannot send messages to this user"],
  missingPermissions: [403, 50013, "Missing Permissions"],
  invalidWebhookToken: [401, 50027, "Invalid Webhook Token"],
  invalidForm: [400, 50035, "Invalid Form Body"],
  replyNeedsHistory: [400, 160002, "Cannot reply without permission to read message history"],
  archivedThread: [400, 50083, "Thread is archived"],
  invalidJson: [400, 50109, "The request body contains invalid JSON."],
  threadExists: [400, 160004, "A thread has already been created for this message"],
  lockedThread: [400, 160005, "This thread is locked"],
  tooManyThreads: [400, 160006, "Maximum number of active threads reached"],
} as const;

export type RefusalName = keyof typeof REFUSALS;

/** A no in Discord's words. Thrown by routes, answered by the front door. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  /** What is wrong with the body, one line each: `components[0].custom_id: …`. Only for `invalidForm`. */
  readonly problems: readonly string[];

  /** For the 429s that are no bucket: when to come back. */
  readonly retryAfterMs: number | undefined;

  constructor(name: RefusalName, problems: readonly string[] = [], retryAfterMs?: number) {
    const [status, code, message] = REFUSALS[name];
    super(message);
    this.status = status;
    this.code = code;
    this.problems = problems;
    this.retryAfterMs = retryAfterMs;
  }

  toJson(): Record<string, unknown> {
    const { message, code, problems, retryAfterMs } = this;
    if (retryAfterMs !== undefined) return { message, code, retry_after: retryAfterMs / 1000, global: false };
    return problems.length ? { message, code, errors: nested(problems) } : { message, code };
  }
}

interface Nested {
  [key: string]: Nested | { code: string; message: string }[];
}

/** Discord nests its complaints along the path of the field. */
function nested(problems: readonly string[]): Nested {
  const root: Nested = {};
  for (const problem of problems) {
    const colon = problem.indexOf(": ");
    const at = colon < 0 ? "" : problem.slice(0, colon);
    let here = root;
    for (const part of at.split(/[.[\]]+/).filter(Boolean)) {
      here[part] ??= {};
      here = here[part] as Nested;
    }
    here._errors ??= [];
    (here._errors as { code: string; message: string }[]).push({
      code: "BASE_TYPE_INVALID",
      message: problem.slice(colon < 0 ? 0 : colon + 2),
    });
  }
  return root;
}
