/** How the things that Slack writes in angle brackets are called. */
export interface TextNames {
  /** The app's own user: its mentions are taken off. */
  readonly bot?: string;
  /** Names of users by id, where they are known. */
  readonly users?: ReadonlyMap<string, string>;
}

const MOST_USERS = 20;

/** The users that a text mentions without naming them, at most 20. */
export function mentionedUsers(text: string, bot: string): string[] {
  const found = [...text.matchAll(/<@([UW][A-Z0-9]{1,30})>/g)].map(([, user]) => user!);
  return [...new Set(found)].filter((user) => user !== bot).slice(0, MOST_USERS);
}

export const mentions = (text: string, user: string): boolean => new RegExp(`<@${user}(\\|[^>]*)?>`).test(text);

/** Somebody else is addressed: talk among people, in a thread of Piloto's too. */
export const addressesOthers = (text: string, bot: string): boolean =>
  /^\s*<(@[UW]|!subteam)/.test(text) && !mentions(text, bot);

/**
 * What a person wrote, as plain text: the app's mentions are gone, other mentions, channels, links and dates are
 * readable, and `&lt;` is `<` again. Source: https://docs.slack.dev/messaging/formatting-message-text (2026-11-21).
 */
export function cleanText(text: string, names: TextNames = {}): string {
  return text
    .replace(/<([^<>]{1,3000})>/g, (whole, inner: string) => readBracket(inner, names) ?? whole)
    .trim()
    .replace(/&(lt|gt|amp);/g, (_, entity: "lt" | "gt" | "amp") => ({ lt: "<", gt: ">", amp: "&" })[entity]);
}

function readBracket(inner: string, { bot, users }: TextNames): string | undefined {
  const bar = inner.indexOf("|");
  const [target, label] = bar < 0 ? [inner, ""] : [inner.slice(0, bar), inner.slice(bar + 1)];
  const rest = target.slice(1);
  if (target.startsWith("@")) return rest === bot ? "" : `@${users?.get(rest) ?? (label || rest)}`;
  if (target.startsWith("#")) return `#${label || rest}`;
  if (target.startsWith("!")) return readSpecial(rest, label);
  if (!/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const address = target.replace(/^(mailto|tel):/, "");
  if (label === "" || label === address || address.replace(/^https?:\/\//, "") === label) return address;
  return `${label} (${address})`;
}

/** `<!here>`, `<!subteam^S1|@oncall>`, `<!date^1700000000^{date}|18 Nov>`. */
function readSpecial(rest: string, label: string): string {
  if (/^(here|channel|everyone)$/.test(rest)) return `@${rest}`;
  if (rest.startsWith("subteam^")) return label ? `@${label.replace(/^@/, "")}` : `@${rest.slice("subteam^".length)}`;
  return label || rest.split("^")[0] || "";
}
