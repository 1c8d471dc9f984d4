import { applicationIdOf, discordInvite, slackManifest } from "../../bots/index.ts";
import { PilotoError } from "../../core/domain/errors.ts";
import { discordToken } from "../chat-faces.ts";
import { openForCommand } from "../open-for-command.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CommonOptions } from "./options.ts";
import { hint, print, printJson } from "./output.ts";
import { settingsHere } from "./with-house.ts";

interface ManifestOptions {
  readonly http?: boolean;
  readonly url?: string;
  readonly oauth?: boolean;
  readonly agent: boolean;
  readonly name?: string;
}

/** `piloto slack manifest`: JSON on stdout, ready to paste; what to do with it on stderr. */
export async function printManifest({ http, url, oauth, agent, name }: ManifestOptions): Promise<ExitCode> {
  const { slack } = settingsHere();
  const mode = http ? "http" : (slack?.mode ?? "socket");
  const publicUrl = url?.replace(/\/$/, "") ?? slack?.publicUrl;
  if ((mode === "http" || oauth) && publicUrl === undefined) {
    const message =
      "Slack must know where to reach Piloto: add --url https://piloto.example.com, or set slack.publicUrl.";
    throw new PilotoError("INPUT_INVALID", message);
  }
  if (publicUrl !== undefined && !/^https:\/\/[^/\s]+$/.test(publicUrl)) {
    throw new PilotoError(
      "INPUT_INVALID",
      `"${publicUrl.slice(0, 100)}" is no address such as https://piloto.example.com.`,
    );
  }
  print(JSON.stringify(slackManifest({ mode, publicUrl, oauth, agent, name }), null, 2));
  hint("Paste it at https://api.slack.com/apps?new_app=1 (From a manifest, JSON). docs/slack.md goes on from there.");
  return EXIT.ok;
}

interface InviteOptions extends CommonOptions {
  readonly app?: string;
  readonly server?: string;
}

/** `piloto discord invite`: the link alone on stdout. */
export async function printInvite({ app, server, json }: InviteOptions): Promise<ExitCode> {
  const id = app ?? (await applicationId());
  for (const [name, value] of [["--app", id] as const, ["--server", server] as const]) {
    if (value === undefined || /^\d{15,20}$/.test(value)) continue;
    throw new PilotoError("INPUT_INVALID", `${name} wants an id of 15 to 20 digits, found "${value.slice(0, 40)}".`);
  }
  const link = discordInvite(id, server);
  if (json) printJson({ link });
  else print(link);
  hint("Open it as somebody who manages the server. docs/discord.md goes on from there.");
  return EXIT.ok;
}

/** From the token, which begins with it. */
async function applicationId(): Promise<string> {
  const settings = settingsHere();
  const house = await openForCommand(settings);
  try {
    const token = await discordToken(
      settings.discord ?? { tokens: {}, messageContent: false, places: [] },
      house.secrets,
    );
    const id = token === undefined ? undefined : applicationIdOf(token);
    if (id !== undefined) return id;
    const found = token === undefined ? "there is no token yet" : "the token does not begin with one";
    const message = `The link needs the application's id, and ${found}. Give it with --app <id> (General Information, Application ID).`;
    throw new PilotoError("INPUT_INVALID", message);
  } finally {
    await house.close();
  }
}
