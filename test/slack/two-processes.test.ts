import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPlace, type Place } from "../edge/program-house.ts";
import type { Program } from "../house/run-program.ts";
import { hasPostgres, type PostgresServer, postgresServer } from "../storage/postgres-server.ts";
import { buttonLabels, type SlackServer, startSlackServer } from "../support/slack-server/slack-server.ts";
import { openSlackWorld, type SlackWorld, shownText } from "./slack-house.ts";

const CROWD = Array.from({ length: 100 }, (_, index) => `U0CROWD${index}`);
const ASK = "the stock of M8 bolts is wrong, set it to 400 and tell the workshop";

/** Two Pilotos as two programs, one PostgreSQL, one Slack: each delivery goes to one of four sockets. */
describe.runIf(hasPostgres())("two processes serve one Slack", () => {
  let postgres: PostgresServer | undefined;
  let world: SlackWorld;
  let slack: SlackServer;
  let place: Place;
  const programs: Program[] = [];
  const keys = mkdtempSync(path.join(tmpdir(), "piloto-keys-"));

  beforeAll(async () => {
    postgres = await postgresServer();
    world = await openSlackWorld({ accounts: CROWD.map((user) => `slack:T0ACME/${user}`) });
    const users = ["U0ANA", ...CROWD].map((id) => ({ id, name: id.slice(2).toLowerCase() }));
    slack = await startSlackServer({
      teams: [{ id: "T0ACME", name: "Acme", users, channels: [{ id: "C0OPS", name: "ops" }] }],
    });
    place = openPlace();
    const env = {
      PILOTO_SETTINGS: path.join(world.folder, "settings.json"),
      PILOTO_DATABASE_URL: (await postgres?.newDatabase()) ?? "",
      PILOTO_KEY_FILE: path.join(keys, "secrets.key"),
      PILOTO_PORT: "0",
      SLACK_BOT_TOKEN: slack.botToken(),
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
    };
    for (const folder of ["first", "second"]) {
      const program = place.start(["start", "--no-chat"], { env: { ...env, PILOTO_DATA_DIR: folder } });
      programs.push(program);
      await program.printed("Piloto is ready");
    }
    await slack.connected(4);
  }, 90_000);

  afterAll(async () => {
    for (const { child, ended } of programs) {
      child.kill("SIGTERM");
      await ended;
    }
    await slack.close();
    await world.stop();
    postgres?.stop();
    place.remove();
    rmSync(keys, { recursive: true, force: true });
  }, 60_000);

  test("a hundred people press Confirm at once: one run, ninety-nine are told who was first, one card shows it", async () => {
    const said = slack.mention({ channel: "C0OPS", user: "U0ANA", text: ASK });
    const found = () =>
      slack.thread("C0OPS", said.ts).find((one) => one.bot_id && buttonLabels(one.blocks ?? []).includes("Confirm"));
    await slack.until("the plan is there", () => found() !== undefined, 20_000);
    const draft = slack.snapshot(found()!);
    await Promise.all(CROWD.map((user) => slack.press(draft, "Confirm", { user })));
    const late = () => slack.world.ephemerals.filter((one) => /Too late/.test(shownText(one)));
    await slack.until("ninety-nine are told", () => new Set(late().map(({ to }) => to)).size === 99, 30_000);
    const thread = () => slack.thread("C0OPS", said.ts);
    await slack.until("the card is done", () => thread().some((one) => /Done · /.test(shownText(one))), 20_000);
    const winners = new Set(late().map((one) => /decided by ([^,]+),/.exec(shownText(one))?.[1]));
    expect(winners.size).toBe(1);
    expect(late()).toHaveLength(99);
    expect(world.workshop.state.changes.map(({ operation }) => operation)).toEqual([
      "PUT /parts/p-101/stock",
      "POST /notices",
    ]);
    expect([...slack.postsByKey().values()].filter((posts) => posts.length > 1)).toEqual([]);
    expect(slack.violations).toEqual([]);
  }, 90_000);
});
