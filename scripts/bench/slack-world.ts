import { mkdirSync } from "node:fs";
import path from "node:path";
import {
  SLACK_LIMITS,
  type SlackServer,
  type SlackServerOptions,
  startSlackServer,
} from "../../test/support/slack-server/slack-server.ts";
import { builtPiloto, type Life, startPiloto } from "./chat-app-life.ts";
import { type ChatAppOutside, freePort, openChatAppOutside } from "./chat-app-outside.ts";

/** A team of the bench: a person asks, the others decide; some channels, so that no channel is written to too fast. */
export interface BenchTeam {
  readonly id: string;
  readonly users: readonly string[];
  readonly channels: readonly string[];
}

/** Many workspaces that installed one Piloto by OAuth, on one fake Slack that keeps Slack's limits. */
export interface SlackBenchWorld {
  readonly slack: SlackServer;
  readonly teams: readonly BenchTeam[];
  readonly outside: ChatAppOutside;
  readonly logFile: string;
  /** A Piloto on this data folder, connected with its sockets. */
  wake(): Promise<Life>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly teams: number;
  readonly channelsPerTeam: number;
  readonly usersPerTeam: number;
  readonly timeFactor: number;
  readonly callMs: number;
  readonly seed: number;
  readonly server?: SlackServerOptions;
}

export async function openSlackBenchWorld(options: WorldOptions): Promise<SlackBenchWorld> {
  const teams = Array.from({ length: options.teams }, (_, at) => teamNamed(at, options));
  const slack = await startSlackServer({
    seed: options.seed,
    rateLimits: SLACK_LIMITS,
    teams: teams.map(({ id, users, channels }) => ({
      id,
      users: users.map((user) => ({ id: user })),
      channels: channels.map((channel) => ({ id: channel, name: channel.toLowerCase() })),
      installed: false,
    })),
    ...options.server,
  });
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const { timeFactor, callMs } = options;
  const section = { mode: "socket", port, publicUrl };
  const outside = await openChatAppOutside({ face: "slack", settings: { slack: section }, timeFactor, callMs });
  const main = builtPiloto();
  const logFile = path.join(outside.folder, "piloto.log");
  const cwd = path.join(outside.folder, "cwd");
  mkdirSync(cwd);
  const env = {
    PILOTO_DATA_DIR: outside.folder,
    PILOTO_PORT: "0",
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_CLIENT_ID: slack.clientId,
    SLACK_CLIENT_SECRET: slack.clientSecret,
    SLACK_API_URL: slack.apiUrl,
    SLACK_AUTHORIZE_URL: slack.authorizeUrl,
  };
  const wake = async (): Promise<Life> => {
    const life = await startPiloto(main, { cwd, env, logFile });
    await slack.until("Piloto is connected", () => slack.link.open >= 1, 20_000);
    return life;
  };
  const first = await wake();
  for (const team of teams) await install(team, publicUrl, slack);
  await first.stop();
  return {
    ...{ slack, teams, outside, logFile, wake },
    async stop() {
      await slack.close();
      await outside.stop();
    },
  };
}

function teamNamed(at: number, { channelsPerTeam, usersPerTeam }: WorldOptions): BenchTeam {
  const name = String(at).padStart(3, "0");
  return {
    id: `T0B${name}`,
    users: Array.from({ length: usersPerTeam }, (_, n) => `U0B${name}N${n}`),
    channels: Array.from({ length: channelsPerTeam }, (_, n) => `C0B${name}N${n}`),
  };
}

/** What a browser does on the install page, with a person who agrees. */
async function install({ id, users, channels }: BenchTeam, publicUrl: string, slack: SlackServer): Promise<void> {
  const page = await fetch(`${publicUrl}/slack/install`);
  const link = /href="([^"]+)"/.exec(await page.text())?.[1]?.replaceAll("&amp;", "&");
  const cookie = page.headers.get("set-cookie")?.split(";")[0];
  if (!link || !cookie) throw new Error(`The install page gave no link or no cookie (HTTP ${page.status}).`);
  const back = slack.approveInstall(link, { team: id, user: users[0] ?? "" });
  const installed = await fetch(back, { headers: { cookie } });
  if (!installed.ok) throw new Error(`Piloto was not installed in ${id}: ${await installed.text()}`);
  for (const channel of channels) slack.inviteBot(channel);
}
