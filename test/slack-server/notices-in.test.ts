import { expect, test } from "vitest";
import { noticesIn } from "../support/slack-server/notices-in.ts";

const rich = (...elements: object[]) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements }] });

test("everybody who would be notified is found, in texts and in rich text", () => {
  const blocks = [
    { type: "section", text: { type: "mrkdwn", text: "<!channel> <@U0ANA|ana> <!subteam^S0OPS>" } },
    { type: "table", rows: [[rich({ type: "user", user_id: "U0BEN" })]] },
    { type: "plan", title: "P", tasks: [{ type: "task_card", details: rich({ type: "broadcast", range: "here" }) }] },
  ];
  expect(noticesIn({ text: "<@U0NO>", blocks }).notified).toEqual(["channel", "U0ANA", "S0OPS", "U0BEN", "here"]);
  expect(noticesIn({ text: "<@U0DAN>" }).notified).toEqual(["U0DAN"]);
});

test("what is escaped, plain or code notifies nobody", () => {
  const blocks = [
    { type: "section", text: { type: "mrkdwn", text: "&lt;!channel&gt; @here" } },
    { type: "section", text: { type: "plain_text", text: "<!channel>" } },
    rich({ type: "text", text: "<@U0ANA>" }),
    { type: "markdown", text: "`<!here>`" },
  ];
  expect(noticesIn({ blocks })).toEqual({ notified: [], labelled: [] });
});

test("a link that hides its address is found", () => {
  const blocks = [
    {
      type: "section",
      text: { type: "mrkdwn", text: "<https://evil.example|https://bank.example> <https://a.example>" },
    },
    { type: "markdown", text: "[here](https://evil.example)" },
    rich({ type: "link", url: "https://evil.example", text: "bank" }),
  ];
  expect(noticesIn({ blocks }).labelled).toEqual([
    "https://bank.example → https://evil.example",
    "here → https://evil.example",
    "bank → https://evil.example",
  ]);
});
