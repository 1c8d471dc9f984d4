import { existsSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BodyRoute, officialProblemsIn, problemsIn } from "../support/discord-server/body-judge.ts";
import official from "../support/discord-server/official-schemas.json" with { type: "json" };
import { digestOf, trimmed } from "../support/discord-server/official-trim.ts";

const CREATE: BodyRoute = "POST /channels/{channel_id}/messages";
const CALLBACK: BodyRoute = "POST /interactions/{interaction_id}/{interaction_token}/callback";
const COMMANDS: BodyRoute = "PUT /applications/{application_id}/guilds/{guild_id}/commands";
const THREAD: BodyRoute = "POST /channels/{channel_id}/messages/{message_id}/threads";
const V2 = 1 << 15;

const button = (n = 0, more: object = {}) => ({ type: 2, style: 1, label: `b${n}`, custom_id: `id-${n}`, ...more });
const row = (...components: object[]) => ({ type: 1, components });
const text = (content: string) => ({ type: 10, content });
const card = (...components: object[]) => ({ flags: V2, components: [{ type: 17, components }] });
const option = (n: number) => ({ label: `o${n}`, value: `v${n}` });
const menu = (n: number, more: object = {}) => ({ type: 3, custom_id: "menu", options: times(n, option), ...more });
const input = (more: object = {}) => ({
  type: 18,
  label: "Why?",
  component: { type: 4, style: 2, custom_id: "why", ...more },
});
const modal = (...components: object[]) => ({ type: 9, data: { custom_id: "m", title: "Edit", components } });
const command = (more: object = {}) => ({ name: "plan", description: "propose", ...more });
const times = <T>(n: number, make: (n: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

describe("the judge", () => {
  test.each<[string, BodyRoute, unknown]>([
    [
      "a plain message as discord.js sends it",
      CREATE,
      {
        content: "x",
        tts: false,
        nonce: "1",
        enforce_nonce: true,
        flags: 4,
        allowed_mentions: { parse: [], replied_user: false },
      },
    ],
    [
      "a card in components v2",
      CREATE,
      card(text("hello"), { type: 14, divider: true, spacing: 1 }, row(button(), button(1))),
    ],
    ["a section with a button at its side", CREATE, card({ type: 9, components: [text("x")], accessory: button() })],
    ["forty components", CREATE, { flags: V2, components: [{ type: 17, components: times(39, () => text("x")) }] }],
    ["a modal with a label", CALLBACK, modal(input({ max_length: 200 }))],
    ["a deferred update", CALLBACK, { type: 6 }],
    ["an ephemeral answer", CALLBACK, { type: 4, data: { content: "no", flags: 64 } }],
    [
      "commands with permissions as a string",
      COMMANDS,
      [command({ default_member_permissions: "32" }), { name: "Plan from message", type: 3 }],
    ],
    ["a thread that archives after a day", THREAD, { name: "plan", auto_archive_duration: 1440 }],
  ])("lets %s pass", (_what, route, body) => {
    expect(problemsIn(route, body)).toEqual([]);
  });

  test.each<[string, BodyRoute, unknown, RegExp]>([
    ["2001 characters of content", CREATE, { content: "x".repeat(2001) }, /^content: .*2000/],
    ["content beside components v2", CREATE, { ...card(text("x")), content: "y" }, /^content: .*IS_COMPONENTS_V2/],
    ["an embed beside components v2", CREATE, { ...card(text("x")), embeds: [{ title: "t" }] }, /^embeds/],
    ["a container without the flag", CREATE, { components: card(text("x")).components }, /^components\[0\]\.type/],
    [
      "41 components",
      CREATE,
      { flags: V2, components: [{ type: 17, components: times(40, () => text("x")) }] },
      /found 41/,
    ],
    ["4001 characters in two text displays", CREATE, card(text("x".repeat(4000)), text("y")), /found 4001/],
    ["4001 characters in one", CREATE, card(text("x".repeat(4001))), /components\[0\]\.components\[0\]\.content/],
    ["an empty text display", CREATE, card(text("")), /content/],
    ["a custom_id of 101", CREATE, { components: [row(button(0, { custom_id: "x".repeat(101) }))] }, /custom_id/],
    ["an empty custom_id", CREATE, { components: [row(button(0, { custom_id: "" }))] }, /custom_id/],
    ["a custom_id used twice", CREATE, { components: [row(button(), button())] }, /duplicated/],
    ["six buttons in a row", CREATE, { components: [row(...times(6, button))] }, /components\[0\]\.components/],
    ["an empty row", CREATE, { components: [row()] }, /components\[0\]\.components/],
    ["a button with a select", CREATE, { components: [row(button(), menu(1))] }, /one select/],
    ["a label of 81", CREATE, { components: [row(button(0, { label: "x".repeat(81) }))] }, /label/],
    ["a button without name or emoji", CREATE, { components: [row(button(0, { label: null }))] }, /label or an emoji/],
    [
      "a link button with a custom_id",
      CREATE,
      { components: [row(button(0, { style: 5, url: "https://x.org" }))] },
      /link button/,
    ],
    ["26 options", CREATE, { components: [row(menu(26))] }, /options/],
    ["no options", CREATE, { components: [row(menu(0))] }, /options/],
    ["more to choose than there is", CREATE, { components: [row(menu(2, { max_values: 3 }))] }, /max_values/],
    ["six rows", CREATE, { components: times(6, (n) => row(button(n))) }, /5 or fewer/],
    ["an unknown component", CREATE, { flags: V2, components: [{ type: 99 }] }, /type/],
    ["an ephemeral message in a channel", CREATE, { content: "x", flags: 64 }, /^flags/],
    ["11 embeds", CREATE, { embeds: times(11, () => ({ title: "x" })) }, /^embeds/],
    ["a modal of six fields", CALLBACK, modal(...times(6, (n) => input({ custom_id: `i${n}` }))), /^data\.components/],
    [
      "a modal title of 46",
      CALLBACK,
      { type: 9, data: { ...modal(input()).data, title: "x".repeat(46) } },
      /^data\.title/,
    ],
    ["a label of 46 in a modal", CALLBACK, modal({ ...input(), label: "x".repeat(46) }), /label/],
    ["a value longer than its field", CALLBACK, modal(input({ max_length: 3, value: "four" })), /value/],
    [
      "26 suggestions",
      CALLBACK,
      { type: 8, data: { choices: times(26, (n) => ({ name: `${n}`, value: `${n}` })) } },
      /choices/,
    ],
    ["a deferred answer with components v2", CALLBACK, { type: 5, data: { flags: V2 } }, /^data\.flags/],
    ["2001 characters in an answer", CALLBACK, { type: 4, data: { content: "x".repeat(2001) } }, /content/],
    ["a command of 33 letters", COMMANDS, [command({ name: "x".repeat(33) })], /^\[0\]\.name/],
    ["a command in capitals", COMMANDS, [command({ name: "Plan" })], /lowercase/],
    ["a command without description", COMMANDS, [{ name: "plan" }], /description/],
    ["a command twice", COMMANDS, [command(), command()], /unique/],
    ["16 context menus", COMMANDS, times(16, (n) => ({ name: `m${n}`, type: 3 })), /At most 15/],
    [
      "required after optional",
      COMMANDS,
      [
        command({
          options: [
            { type: 3, name: "a", description: "a" },
            { type: 3, name: "b", description: "b", required: true },
          ],
        }),
      ],
      /Required options/,
    ],
    [
      "choices with autocomplete",
      COMMANDS,
      [
        command({
          options: [{ type: 3, name: "a", description: "a", autocomplete: true, choices: [{ name: "c", value: "c" }] }],
        }),
      ],
      /autocomplete/,
    ],
    ["a thread name of 101", THREAD, { name: "x".repeat(101) }, /^name/],
    ["a blank thread name", THREAD, { name: "  " }, /^name/],
    [
      "a thread that archives after 61 minutes",
      THREAD,
      { name: "x", auto_archive_duration: 61 },
      /auto_archive_duration/,
    ],
  ])("refuses %s", (_what, route, body, problem) => {
    expect(problemsIn(route, body).join("\n")).toMatch(problem);
  });

  test("knows what an edited message already is", () => {
    const route: BodyRoute = "PATCH /channels/{channel_id}/messages/{message_id}";
    const body = { components: [text("x")] };
    expect(problemsIn(route, body, { componentsV2: true })).toEqual([]);
    expect(problemsIn(route, body, { componentsV2: false })).not.toEqual([]);
    expect(problemsIn(route, { flags: 0, ...body }, { componentsV2: true })).not.toEqual([]);
  });
});

test("telling components apart by type first changes no verdict of the official file", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "discord", components: { schemas: official.schemas } });
  const asWritten = ajv.compile({ $ref: "discord#/components/schemas/MessageCreateRequest" });
  const value = fc.oneof(
    fc.constantFrom(null, "", "x", 0, 1, 2, 3, 10, 17, 99, true),
    fc.constant([]),
    fc.constant({}),
  );
  const place = fc.constantFrom(
    "type",
    "components",
    "content",
    "custom_id",
    "style",
    "label",
    "options",
    "accessory",
    "id",
  );
  fc.assert(
    fc.property(fc.nat(4), place, value, fc.boolean(), (depth, key, put, away) => {
      const body = card(
        text("hello"),
        { type: 9, components: [text("x")], accessory: button(3) },
        row(menu(2)),
        row(button()),
      );
      const target = [body, body.components[0]!, ...body.components[0]!.components][depth] as Record<string, unknown>;
      if (away) delete target[key];
      else target[key] = put;
      expect(officialProblemsIn(CREATE, body).length === 0).toBe(asWritten(body));
    }),
    { numRuns: 300 },
  );
});

test("the schemas are Discord's own, word for word", () => {
  expect(official.sha256).toBe(digestOf(official.routes, official.schemas));
  const file = process.env.DISCORD_OPENAPI ?? "../shared/specs/discord-openapi.json";
  const original = existsSync(file) ? trimmed(JSON.parse(readFileSync(file, "utf8"))) : official;
  expect(official).toEqual(original);
});
