import bolt from "@slack/bolt";

/**
 * What Piloto is compared with: a Bolt app that answers every mention and direct message with its own words, in the
 * thread. One connection, no storage, nothing checked. What it is in each team in ECHO_BOTS, as JSON.
 */
const { ECHO_BOTS = "{}", SLACK_APP_TOKEN, SLACK_API_URL } = process.env;
const bots = JSON.parse(ECHO_BOTS) as Record<string, { botToken: string; botUserId: string; botId: string }>;
const app = new bolt.App({
  socketMode: true,
  appToken: SLACK_APP_TOKEN,
  authorize: async ({ teamId = "" }) => ({ ...bots[teamId] }),
  clientOptions: { slackApiUrl: SLACK_API_URL },
  logLevel: bolt.LogLevel.ERROR,
});
app.event("app_mention", ({ event, say }) => say({ text: event.text, thread_ts: event.ts }).then(() => undefined));
app.message(async ({ message, say }) => {
  if (message.subtype !== undefined || message.channel_type !== "im") return;
  await say({ text: message.text ?? "", thread_ts: message.ts });
});
await app.start();
console.log('{"ready":true}');
