import { expect, test } from "vitest";
import { holderOf } from "../../core/access/holder-of.ts";
import { isKnown } from "../../core/access/is-known.ts";
import { type Holder, may } from "../../core/access/may.ts";
import { personsOf, samePerson } from "../../core/access/same-person.ts";
import type { IncomingMessage } from "../../core/domain/chat.ts";
import { type AccountId, asId, type PersonId } from "../../core/domain/ids.ts";
import type { Project } from "../../core/domain/project.ts";
import { DEFAULT_DRAFT_LIFE_MS, DEFAULT_LIMITS } from "../../core/domain/project.ts";
import { createRunner } from "../../core/running/runner.ts";
import { settle } from "../support/manual-clock.ts";
import { CHAT, type ConversationHouse, openConversation, PROJECT } from "./conversation-house.ts";

const account = (name: string) => asId<AccountId>(name);
const accounts = (...names: string[]) => names.map(account);
const projectThat = (...confirm: string[]): Project => ({
  id: PROJECT,
  name: "Shop",
  access: { propose: [], confirm: accounts(...confirm), administer: [] },
  limits: DEFAULT_LIMITS,
  readsNeedNoConfirmation: false,
  draftLifeMs: DEFAULT_DRAFT_LIFE_MS,
});
const mayConfirm = (who: Holder, ...allowed: string[]) => may(who, "confirm", projectThat(...allowed));

test("a permission of a server holds for its people, and for nobody else", () => {
  expect(mayConfirm({ account: account("slack:T1/U1") }, "slack:T1/*")).toBe(true);
  for (const other of ["slack:T2/U1", "slack:T11/U1", "slack:T1", "discord:T1/U1", "slack:/U1"]) {
    expect(mayConfirm({ account: account(other) }, "slack:T1/*"), other).toBe(false);
  }
});

test("a permission of a group holds for its members, and no wildcard speaks of groups", () => {
  const member = { account: account("slack:T2/U9"), groups: accounts("slack:T1/S1") };
  expect(mayConfirm(member, "slack:T1/S1")).toBe(true);
  expect(mayConfirm(member, "slack:T1/*")).toBe(false);
  expect(mayConfirm({ account: account("web:x"), groups: accounts("slack:T1/S1") }, "slack:*")).toBe(false);
});

test("a group that names itself like everybody is not everybody", () => {
  for (const name of ["slack:*", "slack:T1/*"]) {
    expect(mayConfirm({ account: account("web:x"), groups: accounts(name) }, name), name).toBe(false);
  }
});

test("what one account of a person may do, the linked one may too", () => {
  const linked = { account: account("discord:7"), linked: accounts("slack:T1/U1") };
  for (const allowed of ["slack:T1/U1", "slack:T1/*", "slack:*"]) expect(mayConfirm(linked, allowed)).toBe(true);
  expect(mayConfirm(linked, "slack:T1/U2")).toBe(false);
  expect(isKnown({ account: account("discord:7") }, projectThat("slack:T1/U1"))).toBe(false);
});

test("votes of two linked accounts are one person's", () => {
  const linked = new Map([[account("slack:T1/U1"), accounts("discord:7")]]);
  const by = (name: string) => ({ by: account(name) });
  expect(personsOf([by("discord:7"), by("slack:T1/U1"), by("discord:8"), by("discord:7")], linked)).toEqual([
    "discord:7",
    "discord:8",
  ]);
  expect(samePerson(account("discord:7"), account("slack:T1/U1"), linked)).toBe(true);
  expect(samePerson(account("discord:8"), account("slack:T1/U1"), linked)).toBe(false);
});

const onlyGroups = {
  access: { propose: accounts("test:makers"), confirm: accounts("test:leads"), administer: [] },
};
const saying = (text: string, who: string, ...groups: string[]): IncomingMessage => ({
  key: `${who} ${text}`,
  chatId: CHAT,
  account: account(`test:${who}`),
  groups: accounts(...groups),
  text,
  projectId: PROJECT,
});
async function hear(house: ConversationHouse, message: IncomingMessage): Promise<void> {
  await house.conversation.receive(message);
  await house.conversation.idle(CHAT);
}
const newest = async (house: ConversationHouse) =>
  (await house.stores.read((tx) => tx.runs.page({ chatId: CHAT }, { limit: 1 }))).items[0]!;

test("a member of a group proposes, one of another confirms in words, and the vote keeps the groups", async () => {
  const house = await openConversation({ project: onlyGroups });
  await hear(house, saying("set the stock of p-101 to 400", "eve"));
  expect(await house.lastTold()).toMatch(/^I do not know test:eve/);
  await hear(house, saying("set the stock of p-101 to 300", "ana", "test:makers"));
  await hear(house, saying("confirm", "ana", "test:makers"));
  expect(await newest(house)).toMatchObject({ state: "draft" });
  await hear(house, saying("confirm", "ben", "test:makers", "test:leads"));
  const run = await newest(house);
  expect(run).toMatchObject({ state: "queued", decidedBy: "test:ben" });
  const votes = await house.stores.read((tx) => tx.votes.of(run.id));
  expect(votes.filter((vote) => vote.counted)).toMatchObject([{ groups: ["test:makers", "test:leads"] }]);
});

test("a press counts with the groups of its moment, and without them it is refused", async () => {
  const house = await openConversation({ project: onlyGroups });
  await hear(house, saying("set the stock of p-101 to 400", "ana", "test:makers"));
  const { id: runId, revision } = await newest(house);
  const press = (groups?: AccountId[]) =>
    house.conversation.press({ runId, revision, action: "confirm", by: account("test:ben"), groups });
  expect(await press()).toMatchObject({ decision: { kind: "refused" } });
  expect(await press(accounts("test:leads"))).toMatchObject({ decision: { kind: "accepted" } });
});

/** Runs what is queued in the house until it is over. */
async function work(house: ConversationHouse): Promise<void> {
  const runner = createRunner(house);
  runner.start();
  await settle(100);
  await runner.stop(0);
}

test("a run goes on under the groups of its confirmation, until the group loses the permission", async () => {
  const house = await openConversation({ project: onlyGroups });
  await hear(house, saying("set the stock of p-101 to 400", "ana", "test:makers"));
  await hear(house, saying("confirm", "ben", "test:leads"));
  await work(house);
  expect(await newest(house)).toMatchObject({ state: "done" });
  await hear(house, saying("set the stock of p-101 to 300", "ana", "test:makers"));
  await hear(house, { ...saying("confirm", "ben", "test:leads"), key: "again" });
  await house.stores.atomically(async (tx) => tx.projects.put({ ...projectThat("test:ana"), ...{ name: "Shop" } }));
  await work(house);
  expect(await newest(house)).toMatchObject({ state: "error", reason: expect.stringContaining("ben") });
  expect(house.fakeTools.effects).toHaveLength(1);
});

test("a reading plan that needs no confirmation runs under the groups of who asked", async () => {
  const house = await openConversation({ project: { ...onlyGroups, readsNeedNoConfirmation: true } });
  await hear(house, saying("show the parts", "ana", "test:makers"));
  expect(await newest(house)).toMatchObject({ state: "queued", decidedBy: "piloto" });
  await work(house);
  expect((await newest(house)).reason ?? "").not.toContain("confirmation");
  expect(house.fakeTools.effects).toHaveLength(1);
});

test("a run goes on while its confirmer's linked account holds the permission, and not after they are unlinked", async () => {
  const house = await openConversation({
    project: { access: { propose: accounts("test:ana"), confirm: accounts("other:ben"), administer: [] } },
  });
  const ben = account("test:ben");
  await house.stores.atomically(async (tx) => {
    const person = await tx.people.ensure(account("other:ben"), "Ben", asId<PersonId>("person-1"));
    await tx.people.ensure(ben, "ben", asId<PersonId>("person-2"));
    await tx.people.link(ben, person.id);
  });
  const confirmed = async (text: string) => {
    await hear(house, saying(text, "ana"));
    await hear(house, { ...saying("confirm", "ben"), key: `confirm ${text}` });
    return newest(house);
  };
  expect(await confirmed("set the stock of p-101 to 400")).toMatchObject({ state: "queued", decidedBy: "test:ben" });
  await work(house);
  expect(await newest(house)).toMatchObject({ state: "done" });
  expect(await confirmed("set the stock of p-101 to 300")).toMatchObject({ state: "queued" });
  await house.stores.atomically((tx) => tx.people.unlink(ben, "ben", asId<PersonId>("person-3")));
  expect(await house.stores.read((tx) => holderOf(tx, { account: ben }))).toEqual({ account: ben });
  await work(house);
  expect(await newest(house)).toMatchObject({ state: "error" });
});

test("who asked may cancel with another account of theirs", async () => {
  const house = await openConversation({
    project: { access: { propose: accounts("test:*"), confirm: [], administer: [] } },
  });
  await hear(house, saying("set the stock of p-101 to 400", "ana"));
  const { id: runId, revision } = await newest(house);
  const cancel = (by: string) => house.conversation.press({ runId, revision, action: "cancel", by: account(by) });
  expect(await cancel("test:anna")).toMatchObject({ decision: { kind: "refused" } });
  await house.stores.atomically(async (tx) => {
    const ana = (await tx.people.of(account("test:ana")))!;
    await tx.people.link(account("test:anna"), ana.id);
  });
  expect(await cancel("test:anna")).toMatchObject({ decision: { kind: "accepted" } });
});
