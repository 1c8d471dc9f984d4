import fc from "fast-check";
import { expect, test } from "vitest";
import { addressesOthers, cleanText, mentionedUsers, mentions } from "../../bots/slack/hear/clean-text.ts";
import { escapeMrkdwn } from "../../bots/slack/show/mrkdwn.ts";

const users = new Map([["U2", "Ben"]]);

test.each([
  ["<@UBOT> restock M8", "restock M8"],
  ["please <@UBOT|piloto>, restock", "please , restock"],
  ["ask <@U2> and <@U3> and <@U4|dora>", "ask @Ben and @U3 and @dora"],
  ["in <#C1|general> or <#C2>", "in #general or #C2"],
  ["<!here> <!channel> <!subteam^S1|@oncall> <!subteam^S2>", "@here @channel @oncall @S2"],
  ["<https://a.example/x?a=1&amp;b=2>", "https://a.example/x?a=1&b=2"],
  ["<https://a.example|the page>", "the page (https://a.example)"],
  ["<https://a.example|a.example>", "https://a.example"],
  ["<mailto:a@b.example|a@b.example>", "a@b.example"],
  ["<!date^1700000000^{date}|18 Nov>", "18 Nov"],
  ["a &lt;b&gt; &amp;lt; c", "a <b> &lt; c"],
  ["if 1 &lt; 2 &amp;&amp; 3 &gt; 2", "if 1 < 2 && 3 > 2"],
])("Slack's %j is read as %j", (text, read) => {
  expect(cleanText(text, { bot: "UBOT", users })).toBe(read);
});

test("what a person typed comes back letter by letter, whatever it was", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (typed) => {
      expect(cleanText(escapeMrkdwn(typed), { bot: "UBOT" })).toBe(typed.trim());
    }),
  );
});

test("a mention is found with a label and without, and not inside another id", () => {
  expect(mentions("hi <@UBOT>", "UBOT")).toBe(true);
  expect(mentions("hi <@UBOT|piloto>", "UBOT")).toBe(true);
  expect(mentions("hi <@UBOT2>", "UBOT")).toBe(false);
  expect(mentionedUsers("<@U2> <@U2> <@UBOT> <@W3>", "UBOT")).toEqual(["U2", "W3"]);
});

test("a message that begins with somebody else's name is talk among people", () => {
  expect(addressesOthers("<@U2> what do you think?", "UBOT")).toBe(true);
  expect(addressesOthers("<!subteam^S1|@oncall> look", "UBOT")).toBe(true);
  expect(addressesOthers("<@U2> and <@UBOT>: look", "UBOT")).toBe(false);
  expect(addressesOthers("confirm, <@U2> agrees", "UBOT")).toBe(false);
});
