import { htmlOfPage, htmlOfThread, htmlOfView } from "../../test/support/slack-server/render-blocks.ts";
import { buttonLabels, type SlackServer } from "../../test/support/slack-server/slack-server.ts";

const CHANNEL = "C0WORKSHOP";
const names = { U0ANA: "Ana", U0BEN: "Ben", [CHANNEL]: "workshop" };

type Take = (html: string, name: string) => Promise<void>;

/** A plan, its form, its end, and the home page. */
export async function takeSlack(slack: SlackServer, take: Take): Promise<void> {
  const bot = { ...names, [slack.botUserId()]: "piloto" };
  await slack.connected();
  const said = slack.mention({ channel: CHANNEL, user: "U0ANA", text: "set the stock of M8 bolt to 400" });
  await slack.until(
    "the plan is there",
    () => buttonLabels(slack.thread(CHANNEL, said.ts).at(-1)?.blocks ?? []).length > 0,
  );
  const card = slack.lastPost(CHANNEL, said.ts);
  const thread = () =>
    htmlOfPage([htmlOfThread(slack.thread(CHANNEL, said.ts), { names: bot })], { title: "Thread", note: "# workshop" });
  await take(thread(), "plan");
  await slack.press(card, "Edit", { user: "U0BEN" });
  await slack.until("the form is open", () => slack.modalOf("U0BEN") !== undefined);
  await take(htmlOfPage([htmlOfView(slack.modalOf("U0BEN")?.view ?? {}, { names: bot })]), "edit");
  await slack.openHome("U0BEN");
  await slack.until("the home page is there", () => slack.homeOf("U0BEN") !== undefined);
  await take(htmlOfPage([htmlOfView(slack.homeOf("U0BEN")?.view ?? {}, { names: bot })]), "home");
  await slack.press(card, "Confirm", { user: "U0BEN" });
  await slack.until(
    "the plan is done",
    () => JSON.stringify(slack.thread(CHANNEL, said.ts)).includes("Done ·"),
    30_000,
  );
  await take(thread(), "done");
}
