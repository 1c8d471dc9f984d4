import { expect, test } from "vitest";
import { BLOCK_TYPES } from "../support/slack-server/check-block.ts";
import { htmlOfMessage, htmlOfPage, htmlOfThread, htmlOfView } from "../support/slack-server/render-blocks.ts";

const EVIL = '<img src=x onerror="alert(1)">';
const plain = (text: string) => ({ type: "plain_text", text });
const rich = (text: string) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});

test("what people and models wrote never becomes markup of the page", () => {
  const blocks = [
    { type: "section", text: { type: "mrkdwn", text: EVIL }, fields: [plain(EVIL)] },
    { type: "markdown", text: `# ${EVIL}\n- ${EVIL}\n\`\`\`\n${EVIL}\n\`\`\`` },
    {
      type: "plan",
      title: EVIL,
      tasks: [{ type: "task_card", task_id: "a", title: EVIL, status: "error", output: rich(EVIL) }],
    },
    { type: "actions", elements: [{ type: "button", action_id: "a", text: plain(EVIL) }] },
  ];
  const page = htmlOfPage([
    htmlOfMessage({ text: EVIL, blocks, ts: "1.1" }, { author: EVIL }),
    htmlOfView({ type: "modal", title: plain(EVIL), blocks }),
  ]);
  expect(page).not.toContain("<img");
  expect(page).toContain("&lt;img");
});

test("every block that the judge knows has a picture", () => {
  const undrawn = BLOCK_TYPES.filter((type) => htmlOfMessage({ blocks: [{ type }] }).includes('class="block unknown"'));
  expect(undrawn).toEqual(["file"]);
});

test("mrkdwn shows names for ids, and emphasis, code and links", () => {
  const text = "*Done* by <@U0ANA> in <#C1|ops>: `gpu1` <https://a.example|the log> _slowly_";
  const html = htmlOfMessage({ text, ts: "1764000300.1" }, { names: { U0ANA: "Ana" } });
  expect(html).toContain("<b>Done</b>");
  expect(html).toContain(">@Ana<");
  expect(html).toContain(">#ops<");
  expect(html).toContain("<code>gpu1</code>");
  expect(html).toContain("<a>the log</a>");
  expect(html).toContain("<i>slowly</i>");
});

test("a thread counts its replies, and a private answer says that it is private", () => {
  const html = htmlOfThread([{ text: "root" }, { text: "one" }, { text: "two" }]);
  expect(html).toContain("2 replies");
  expect(htmlOfMessage({ text: "x" }, { isPrivate: true })).toContain("Only visible to you");
});
