import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DiscordServer, startDiscordServer } from "../support/discord-server/discord-server.ts";
import { htmlOfMarkdown } from "../support/discord-server/markdown.ts";
import { htmlOfMessage, htmlOfModal, htmlOfThread } from "../support/discord-server/render-message.ts";
import { channelId, raw } from "./raw-rest.ts";

const names = { nowMs: () => 1_000_000, user: () => "ada", channel: () => "general", role: () => "operator" };
const html = (text: string) => htmlOfMarkdown(text, names);

describe("markdown in pictures", () => {
  test.each([
    ["**bold** *slanted* ~~gone~~", "<div><b>bold</b> <i>slanted</i> <s>gone</s></div>"],
    ["## Title", "<h2>Title</h2>"],
    ["-# small", "<small>small</small>"],
    ["- one\n- two", '<ul><li class="in0">one</li><li class="in0">two</li></ul>'],
    ["> said", "<blockquote><div>said</div></blockquote>"],
    ["`a * b`", "<div><code>a * b</code></div>"],
    ["\\*not slanted\\*", "<div>*not slanted*</div>"],
    ["\\`no code\\`", "<div>`no code`</div>"],
    ["<@1> in <#2>", '<div><span class="mention">@ada</span> in <span class="mention"># general</span></div>'],
    ["<t:940:R>", '<div><span class="time">1 minute ago</span></div>'],
    ["<script>", "<div>&lt;script&gt;</div>"],
  ])("shows %s", (text, shown) => {
    expect(html(text)).toBe(shown);
  });

  test("leaves a code block as it was typed", () => {
    expect(html('```json\n{ "a": **1** }\n```')).toBe("<pre><code>{ &quot;a&quot;: **1** }</code></pre>");
  });
});

describe("a page", () => {
  let discord: DiscordServer;
  beforeAll(async () => {
    discord = await startDiscordServer();
  });
  afterAll(() => discord.close());

  test("shows a card with its accent, its buttons and who may see it", async () => {
    const button = { type: 2, style: 4, label: "Stop <it>", custom_id: "stop", disabled: true };
    const container = {
      type: 17,
      accent_color: 255,
      components: [
        { type: 10, content: "### Plan" },
        { type: 1, components: [button] },
      ],
    };
    const path = `/channels/${channelId(discord, "general")}/messages`;
    const { id } = (await raw(discord, "POST", path, { flags: 1 << 15, components: [container] })).json;
    const shown = htmlOfMessage(discord.world, discord.message(id));

    expect(shown).toContain("background:#0000ff");
    expect(shown).toContain('<span class="button s4 off">Stop &lt;it&gt;</span>');
    expect(shown).toContain("<h3>Plan</h3>");
  });

  test("of a thread begins with the message it hangs on", () => {
    const host = discord.say("ada", "the first word");
    const thread = discord.createThread("ada", "a plan", { message: host });
    discord.replyInThread(thread, "grace", "the second word");
    const shown = htmlOfThread(discord.world, thread);

    expect(shown.indexOf("the first word")).toBeLessThan(shown.indexOf("the second word"));
    expect(shown).toContain("a plan");
  });

  test("of a modal shows labels, hints and what was typed", () => {
    const input = { type: 4, style: 1, custom_id: "why", required: true };
    const modal = {
      title: "Cancel",
      components: [{ type: 18, label: "Why?", description: "In a few words", component: input }],
    };
    const shown = htmlOfModal(discord.world, modal, { why: "too late" });

    for (const text of ["Cancel", "Why?<em>*</em>", "In a few words", "too late"]) expect(shown).toContain(text);
  });
});
