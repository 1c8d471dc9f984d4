import { examineDiscord, examineSlack, installedWorkspaces } from "../../bots/index.ts";
import type { Finding } from "../../core/domain/finding.ts";
import { discordToken, slackSettings } from "../chat-faces.ts";
import type { CommandHouse } from "../open-for-command.ts";

/** The set-up of the Slack app; one line that says how, when the settings name none. */
export async function* theSlackApp(house: CommandHouse, isAskedFor: boolean): AsyncGenerator<Finding> {
  const { settings, secrets, stores, clock } = house;
  if (settings.slack) {
    const slack = await slackSettings(settings.slack, secrets);
    const configToken = process.env.SLACK_CONFIG_TOKEN || undefined;
    const installed = slack.botToken === undefined ? await installedWorkspaces(stores, secrets) : [];
    yield* examineSlack({
      settings: slack,
      installed,
      configToken,
      permitted: permittedIn(house),
      nowMs: clock.nowMs(),
    });
  } else if (isAskedFor) {
    yield { what: "slack", state: "bad", found: "not set up", todo: "docs/slack.md says how: piloto slack manifest" };
  }
}

/** The set-up of the Discord bot; one line that says how, when the settings name none. */
export async function* theDiscordApp(house: CommandHouse, isAskedFor: boolean): AsyncGenerator<Finding> {
  const { settings, secrets } = house;
  if (settings.discord) {
    const { apiUrl, messageContent, places } = settings.discord;
    const token = await discordToken(settings.discord, secrets);
    yield* examineDiscord({ settings: { token, apiUrl, messageContent, places }, permitted: permittedIn(house) });
  } else if (isAskedFor) {
    yield {
      what: "discord",
      state: "bad",
      found: "not set up",
      todo: "docs/discord.md says how: piloto discord invite",
    };
  }
}

/** Every name in every permission of every project of the settings. */
function permittedIn({ settings }: CommandHouse) {
  return settings.projects.flatMap(({ project: { access } }) => [
    ...access.propose,
    ...access.confirm,
    ...access.administer,
  ]);
}
