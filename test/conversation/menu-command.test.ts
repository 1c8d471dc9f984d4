import { describe, expect, test } from "vitest";
import { type CommandRequest, menuCommand } from "../../core/conversation/menu-command.ts";
import { type AccountId, asId, shortRunId } from "../../core/domain/ids.ts";
import { words } from "../../core/words/words.ts";
import { CHAT, type ConversationHouse, openConversation } from "./conversation-house.ts";

const ana = asId<AccountId>("test:ana");
const anaElsewhere = asId<AccountId>("other:anna");
const stranger = asId<AccountId>("other:eve");
const say = words("en").menu;

const ask = async (house: ConversationHouse, command: CommandRequest["command"], more: Partial<CommandRequest> = {}) =>
  (await menuCommand({ command, account: ana, ...more }, house)).text;
const codeIn = (text: string) => /[A-Z2-9]{4}-[A-Z2-9]{4}/.exec(text)?.[0] ?? "";
const personOf = (house: ConversationHouse, account: AccountId) => house.stores.read((tx) => tx.people.of(account));
const linksIn = async (house: ConversationHouse) =>
  (await house.stores.read((tx) => tx.audit.after(0, 200)))
    .filter(({ did }) => /link/.test(did))
    .map(({ did, by, target }) => `${did} ${by} ${target}`);

describe("a menu's command", () => {
  test("tells of the project without a chat, and of the chat with one", async () => {
    const house = await openConversation();
    expect(await ask(house, "status")).toBe(say.status.idle);
    expect(await ask(house, "runs")).toBe(say.noRuns);
    await house.say("set the stock of p-101 to 400");
    await house.say("set the stock of p-102 to 7", "test:ben", asId("test:other"));
    expect((await ask(house, "status")).match(/Waiting for a confirmation/g)).toHaveLength(2);
    expect((await ask(house, "status", { chatId: CHAT })).match(/Waiting for a confirmation/g)).toHaveLength(1);
    expect((await ask(house, "runs")).split("\n")).toHaveLength(2);
    expect((await ask(house, "runs", { chatId: CHAT })).split("\n")).toHaveLength(1);
  });

  test("says nothing in the chat and writes no message", async () => {
    const house = await openConversation();
    await house.say("hello");
    const before = await house.told();
    for (const name of ["help", "status", "runs", "services", "fleet", "whoami"] as const) {
      expect(await ask(house, name, { chatId: CHAT }), name).not.toBe("");
    }
    expect(await house.told()).toEqual(before);
    expect(house.fakeFleet.requests).toEqual([]);
  });

  test("tells one run's steps by the end of its id", async () => {
    const house = await openConversation();
    await house.say("set the stock of p-101 to 400 and tell the workshop");
    const [run] = (await house.stores.read((tx) => tx.runs.page({ chatId: CHAT }, { limit: 1 }))).items;
    const told = await ask(house, "status", { rest: `…${shortRunId(run!.id)}` });
    expect(told.split("\n")).toHaveLength(1 + run!.plan.steps.length);
    expect(told).toContain("shop PUT /parts/{partId}/stock · not begun");
    expect(await ask(house, "runs", { rest: "zzz" })).toBe(say.status.noRun("zzz"));
  });

  test("whoami tells account, name, permissions, the groups that count and what is linked", async () => {
    const house = await openConversation({
      project: { access: { propose: [ana], confirm: [asId("test:leads")], administer: [] } },
    });
    await house.conversation.receive({ key: "k", chatId: CHAT, account: ana, name: "Ana Gil", text: "hello" });
    const groups = [asId<AccountId>("test:leads"), asId<AccountId>("test:others")];
    expect((await ask(house, "whoami", { groups })).split("\n")).toEqual([
      "You are test:ana. Here you may: propose, confirm.",
      "Name: Ana Gil.",
      "Groups that count here: test:leads.",
      "Not linked with another account.",
    ]);
  });

  test("sets the chat's language, and says so where there is no chat", async () => {
    const house = await openConversation();
    await house.say("hello");
    expect(await ask(house, "language", { rest: "es", chatId: CHAT })).toBe(words("es").conversation.language.set);
    expect((await house.stores.read((tx) => tx.chats.get(CHAT)))?.language).toBe("es");
    for (const rest of ["es", ""]) expect(await ask(house, "language", { rest })).toBe(say.languageNeedsChat);
    expect(await ask(house, "help", { chatId: CHAT })).toContain("En el menú");
    expect(await ask(house, "help", { language: "es" })).toContain("En el menú");
  });

  test("is one sentence to a stranger, whatever it is, and goes on the record", async () => {
    const house = await openConversation();
    const commands = ["help", "status", "runs", "services", "fleet", "whoami", "language", "link"] as const;
    for (const name of commands) {
      expect(await ask(house, name, { account: stranger, rest: "" }), name).toBe(
        words("en").conversation.stranger(stranger),
      );
    }
    const refused = (await house.stores.read((tx) => tx.audit.after(0, 200))).filter((one) => one.by === stranger);
    expect(refused.map(({ did }) => did)).toEqual(commands.map(() => "refuse-request"));
  });
});

describe("a link code", () => {
  test("makes one person of two accounts, once, and both are on the record", async () => {
    const house = await openConversation();
    const code = codeIn(await ask(house, "link"));
    expect(code).not.toMatch(/[01OILU]/);
    const typed = ` ${code.toLowerCase().replace("-", " ")} `;
    expect(await ask(house, "link", { account: anaElsewhere, rest: typed })).toBe(say.link.done("test:ana"));
    expect((await personOf(house, ana))?.accounts).toEqual([anaElsewhere, ana]);
    expect(await ask(house, "whoami", { account: anaElsewhere })).toContain("propose, confirm");
    expect(await ask(house, "whoami")).toContain(say.linked("other:anna"));
    expect(await linksIn(house)).toEqual([
      "make-link-code test:ana account:test:ana",
      "link-account other:anna account:other:anna",
      "link-account other:anna account:test:ana",
    ]);
    expect(await ask(house, "link", { account: asId("test:zoe"), rest: code })).toBe(say.link.wrong);
    expect(JSON.stringify(await house.stores.read((tx) => tx.audit.after(0, 200)))).not.toContain(code);
  });

  test("is refused to the account that made it, and to another account of the same person", async () => {
    const house = await openConversation();
    expect(await ask(house, "link", { rest: codeIn(await ask(house, "link")) })).toBe(say.link.own);
    await ask(house, "link", { account: anaElsewhere, rest: codeIn(await ask(house, "link")) });
    const again = codeIn(await ask(house, "link"));
    expect(await ask(house, "link", { account: anaElsewhere, rest: again })).toBe(say.link.same("test:ana"));
  });

  test("is worthless after ten minutes, and when a newer one was made", async () => {
    const house = await openConversation();
    const old = codeIn(await ask(house, "link"));
    const newer = codeIn(await ask(house, "link"));
    const zoe = asId<AccountId>("test:zoe");
    expect(await ask(house, "link", { account: zoe, rest: old })).toBe(say.link.wrong);
    await house.clock.advance(10 * 60_000);
    expect(await ask(house, "link", { account: zoe, rest: newer })).toBe(say.link.wrong);
    expect(await personOf(house, zoe)).toBeUndefined();
  });

  test("can be made five times and mistyped ten times an hour", async () => {
    const house = await openConversation();
    const zoe = asId<AccountId>("test:zoe");
    for (let made = 0; made < 5; made++) expect(codeIn(await ask(house, "link"))).not.toBe("");
    expect(await ask(house, "link")).toBe(say.link.tooManyCodes);
    for (let tries = 0; tries < 10; tries++) {
      expect(await ask(house, "link", { account: zoe, rest: "ABCD-EFGH" })).toBe(say.link.wrong);
    }
    expect(await ask(house, "link", { account: zoe, rest: "ABCD-EFGH" })).toBe(say.link.tooManyTries);
    await house.clock.advance(3_600_000);
    expect(codeIn(await ask(house, "link"))).not.toBe("");
    expect(await ask(house, "link", { account: zoe, rest: "not a code" })).toBe(say.link.wrong);
  });

  test("tells a stranger nothing unless it is right", async () => {
    const house = await openConversation();
    const rest = "ABCD-EFGH";
    expect(await ask(house, "link", { account: stranger, rest })).toBe(words("en").conversation.stranger(stranger));
    expect(await ask(house, "link", { account: stranger, rest: "unlink" })).toBe(
      words("en").conversation.stranger(stranger),
    );
    const code = codeIn(await ask(house, "link"));
    expect(await ask(house, "link", { account: stranger, rest: code })).toBe(say.link.done("test:ana"));
  });

  test("is undone by unlink: the account stands alone again", async () => {
    const house = await openConversation();
    expect(await ask(house, "link", { rest: "unlink" })).toBe(say.notLinked);
    await ask(house, "link", { account: anaElsewhere, rest: codeIn(await ask(house, "link")) });
    expect(await ask(house, "link", { account: anaElsewhere, rest: "unlink" })).toBe(say.link.undone("test:ana"));
    expect((await personOf(house, ana))?.accounts).toEqual([ana]);
    expect((await personOf(house, anaElsewhere))?.accounts).toEqual([anaElsewhere]);
    expect(await ask(house, "whoami", { account: anaElsewhere })).toBe(words("en").conversation.stranger(anaElsewhere));
    expect((await linksIn(house)).slice(-2)).toEqual([
      "unlink-account other:anna account:other:anna",
      "unlink-account other:anna account:test:ana",
    ]);
  });

  test("that is typed where others read it does not work any more", async () => {
    const house = await openConversation();
    const code = codeIn(await ask(house, "link"));
    await house.say(`/link ${code}`, "test:zoe");
    expect(await house.lastTold()).toBe(say.link.notHere);
    expect(await ask(house, "link", { account: asId("test:zoe"), rest: code })).toBe(say.link.wrong);
    await house.say("link");
    expect(await house.lastTold()).not.toBe(say.link.notHere);
    const byStranger = codeIn(await ask(house, "link"));
    await house.say(`is ${byStranger.toLowerCase()} mine?`, stranger);
    expect(await ask(house, "link", { account: asId("test:zoe"), rest: byStranger })).toBe(say.link.wrong);
  });
});
