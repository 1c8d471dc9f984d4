import { z } from "zod";
import { PilotoError } from "../core/domain/errors.ts";

const nodeName = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/;

/** `pc1=http://10.0.0.5:11434,10.0.0.6` : names are optional, so are `http://` and Ollama's port 11434. */
const Hosts = z.string().transform((text, context) => {
  const items = text.split(",").map((item) => item.trim());
  return items
    .filter((item) => item !== "")
    .map((item) => {
      const named = /^([^=/]+)=(.+)$/.exec(item);
      const address = (named?.[2] ?? item).trim();
      const url = URL.canParse(withScheme(address)) ? new URL(withScheme(address)) : undefined;
      const name = named?.[1]?.trim() ?? url?.hostname ?? "";
      if (!url || !/^https?:$/.test(url.protocol) || (named && !nodeName.test(name))) {
        context.addIssue({ code: "custom", message: "a list such as pc1=http://10.0.0.5:11434,http://10.0.0.6:11434" });
        return z.NEVER;
      }
      if (url.port === "" && !/^https?:/.test(address)) url.port = "11434";
      return { name, url: url.href.replace(/\/$/, "") };
    });
});

const withScheme = (address: string) => (address.includes("://") ? address : `http://${address}`);

const port = z
  .string()
  .regex(/^\d{1,5}$/, "a port from 0 to 65535")
  .transform(Number)
  .refine((value) => value <= 65_535, "a port from 0 to 65535");

const begins = (start: string, wanted: string) =>
  z.string().refine((value) => value.startsWith(start) && /^[\w-]+$/.test(value), wanted);

const webAddress = z.url({ protocol: /^https?$/, error: "an address that begins with https:// or http://" });

/** Every variable that Piloto reads. `.env.example` explains each. */
const Environment = z.object({
  PILOTO_DATA_DIR: z.string().optional(),
  PILOTO_SETTINGS: z.string().optional(),
  PILOTO_HOST: z.string().optional(),
  PILOTO_PORT: port.optional(),
  PILOTO_DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "an address that begins with postgres://")
    .optional(),
  PILOTO_LANGUAGE: z.enum(["en", "es"]).optional(),
  PILOTO_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).optional(),
  PILOTO_LOG_FILE: z.string().optional(),
  PILOTO_KEY_FILE: z.string().optional(),
  PILOTO_MODEL: z.string().optional(),
  PILOTO_DEMO: z
    .enum(["0", "1"])
    .transform((value) => value === "1")
    .optional(),
  PILOTO_DEBUG: z.string().optional(),
  OLLAMA_HOSTS: Hosts.optional(),
  SLACK_BOT_TOKEN: begins("xoxb-", "a bot token, which begins with xoxb-").optional(),
  SLACK_APP_TOKEN: begins("xapp-", "an app-level token, which begins with xapp-").optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_CLIENT_ID: z.string().optional(),
  SLACK_CLIENT_SECRET: z.string().optional(),
  SLACK_API_URL: webAddress.optional(),
  SLACK_AUTHORIZE_URL: webAddress.optional(),
  DISCORD_TOKEN: z
    .string()
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, "a bot token: three parts with dots between them, without the word Bot")
    .optional(),
  DISCORD_API_URL: webAddress.optional(),
});

/** Put in by the build, and read by tests: not settings. */
const VERSION = "PILOTO_VERSION";
const FOR_TESTS = "PILOTO_TEST_";

/** @throws PilotoError SETTINGS_INVALID for a bad value, or a `PILOTO_` variable that does not exist. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): z.infer<typeof Environment> {
  const known = Object.keys(Environment.shape);
  for (const key of Object.keys(env)) {
    if (!key.startsWith("PILOTO_") || known.includes(key) || key === VERSION || key.startsWith(FOR_TESTS)) continue;
    throw new PilotoError("SETTINGS_INVALID", `${key} is not a setting of Piloto. There are: ${known.join(", ")}.`);
  }
  const read = Environment.safeParse(env);
  if (read.success) return read.data;
  throw new PilotoError("SETTINGS_INVALID", explainFirst(read.error, env, "the environment"));
}

/** The first thing that is wrong: which key, what was wanted, what was found. Values of secrets are not told. */
export function explainFirst(error: z.ZodError, content: unknown, place: string): string {
  const issue = error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const where = issue.path.length > 0 ? ` under "${issue.path.join(".")}"` : "";
    return `"${issue.keys[0]}"${where} in ${place} is not a setting. docs/settings.md lists all of them.`;
  }
  const key = issue.path.join(".");
  if (issue.code === "invalid_key") {
    const wanted = issue.issues[0]?.message ?? "another name";
    return `The name "${String(issue.path.at(-1)).slice(0, 80)}" in ${place}: wanted ${wanted}.`;
  }
  const found = issue.path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown>)?.[part], content);
  // `contextTokens` is a number, and hides nothing.
  const told = /database_?url|secret|token(?!s\b)/i.test(key)
    ? "something else (not shown)"
    : withoutPassword(JSON.stringify(found ?? null));
  return `${key || "The top level"} in ${place}: wanted ${wantedBy(issue)}, found ${told.slice(0, 200)}.`;
}

/** `http://user:password@host`: an address may be shown, what opens it may not. */
const withoutPassword = (text: string) => text.replace(/\/\/[^/@\s"]*@/g, "//(not shown)@");

function wantedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return `one of ${issue.values.join(", ")}`;
  if (issue.code === "invalid_type") return `${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
  if (issue.code === "custom" || issue.code === "invalid_format") return issue.message.replace(/^Invalid /, "a valid ");
  return issue.message.replace(/^Too (small|big): expected /, "");
}
