import { afterAll, beforeAll, expect, test } from "vitest";
import { expectClear, openPlace, type Place } from "../edge/program-house.ts";

let place: Place;
beforeAll(() => {
  place = openPlace();
});
afterAll(() => place.remove());

const env = { PILOTO_DEMO: "1" };

test("the manifest is JSON for Slack on stdout; HTTP mode wants an address that Slack can reach", async () => {
  const made = await place.piloto(["slack", "manifest", "--http", "--url", "https://p.example/"], { env });
  expect(made.code).toBe(0);
  const { settings, features } = JSON.parse(made.stdout);
  expect(settings.event_subscriptions.request_url).toBe("https://p.example/slack/events");
  expect(settings.socket_mode_enabled).toBe(false);
  expect(features.slash_commands[0]).toMatchObject({ command: "/piloto", url: "https://p.example/slack/events" });
  const without = await place.piloto(["slack", "manifest", "--http"], { env });
  expectClear(without, { code: 2, error: "INPUT_INVALID", says: ["--url", "slack.publicUrl"] });
});

test("the invite link needs the application's id, from the token or by hand", async () => {
  const DISCORD_TOKEN = `${Buffer.from("123456789012345678").toString("base64")}.aaaaaa.bbbbbb`;
  const made = await place.piloto(["discord", "invite"], { env: { ...env, DISCORD_TOKEN } });
  expect(made.stdout).toMatch(/^https:\/\/discord\.com\/oauth2\/authorize\?client_id=123456789012345678&/);
  const without = await place.piloto(["discord", "invite"], { env });
  expectClear(without, { code: 2, error: "INPUT_INVALID", says: ["--app", "Application ID"] });
});

test("a token in the wrong variable is named without being shown, and a doctor of one app looks at that alone", async () => {
  const swapped = await place.piloto(["doctor", "slack"], { env: { ...env, SLACK_BOT_TOKEN: "xapp-1-secret" } });
  expect(swapped.stdout).toMatch(/SLACK_BOT_TOKEN.*begins with xoxb-.*not shown/);
  expect(swapped.stdout + swapped.stderr).not.toContain("xapp-1-secret");
  expect(swapped.code).toBe(1);
  const none = await place.piloto(["doctor", "discord"], { env });
  expect(none.stdout).toMatch(/^bad +discord +not set up\n.*piloto discord invite/);
});
