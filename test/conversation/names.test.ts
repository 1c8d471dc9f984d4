import { describe, expect, test } from "vitest";
import { menuCommand } from "../../core/conversation/menu-command.ts";
import { type AccountId, asId, type PersonId } from "../../core/domain/ids.ts";
import type { PressAction } from "../../core/domain/plan-run.ts";
import { currentCard } from "../../core/progress/current-card.ts";
import { named, namesOf } from "../../core/words/names.ts";
import { openSqlite } from "../../storage/index.ts";
import { CHAT, type ConversationHouse, openConversation } from "./conversation-house.ts";

const ANA = asId<AccountId>("test:T1/U0ANA");
const BEN = asId<AccountId>("test:T1/U0BEN");
const OTHER = asId<AccountId>("test:T1/U9BEN");

let said = 0;

/** A house of accounts that nobody would call people by; Ana asks for a plan. */
async function askedByAna({ text = "set the stock of p-101 to 400", name = "Ana" } = {}) {
  const sqlite = await openSqlite({ folder: ":memory:" });
  let writes = 0;
  const atomically: typeof sqlite.atomically = (work) => {
    writes += 1;
    return sqlite.atomically(work);
  };
  const stores = { ...sqlite, atomically };
  const access = { propose: [asId<AccountId>("test:*")], confirm: [asId<AccountId>("test:T1/*")], administer: [] };
  const house = await openConversation({ project: { access }, stores });
  await tell(house, text, { account: ANA, name });
  return { ...house, writes: () => writes };
}

async function tell(
  house: ConversationHouse,
  text: string,
  by: { account: AccountId; name?: string },
): Promise<string> {
  const received = await house.conversation.receive({ key: `names-${++said}`, chatId: CHAT, text, ...by });
  expect(received.kind).toBe("accepted");
  await house.conversation.idle(CHAT);
  return house.lastTold();
}

const newestRun = async ({ stores }: ConversationHouse) =>
  (await stores.read((tx) => tx.runs.page({ chatId: CHAT }, { limit: 1 }))).items[0]!;

async function press(house: ConversationHouse, action: PressAction, by: AccountId, name?: string): Promise<string> {
  const { id: runId, revision } = await newestRun(house);
  return (await house.conversation.press({ runId, revision, action, by, ...(name ? { name } : {}) })).reply;
}

async function notes(house: ConversationHouse): Promise<string> {
  const { id: runId } = await newestRun(house);
  const card = await house.stores.read((tx) => currentCard(tx, { runId, chatId: CHAT }, house.clock.nowMs()));
  return card!.notes.join("\n");
}

describe("what people are called", () => {
  test("somebody who presses and never wrote has a name on the card and in every answer at once", async () => {
    const house = await askedByAna();
    expect(await press(house, "confirm", BEN, "Ben")).toMatch(/^Confirmed by Ben, /);
    expect(await notes(house)).toMatch(/Confirmed by Ben, /);
    expect(await press(house, "confirm", ANA)).toMatch(/^Too late: .*decided by Ben, /);
    expect(await press(house, "stop", BEN)).toMatch(/^Stop asked for by Ben, /);
    expect((await newestRun(house)).reason).toBe("Stop was pressed by Ben");
    for (const command of ["runs", "status"] as const) {
      const rest = command === "status" ? (await newestRun(house)).id : "";
      const { text } = await menuCommand({ command, rest, account: BEN, chatId: CHAT }, house);
      expect(text, command).toContain("asked by Ana");
    }
    expect(await tell(house, "confirm", { account: ANA })).toContain("decided by Ben, ");
  });

  test("a late answer in Spanish names who was first", async () => {
    const house = await askedByAna({ text: "pon el stock de p-101 en 400" });
    await press(house, "cancel", BEN, "Ben");
    expect(await press(house, "confirm", ANA)).toMatch(/^Demasiado tarde: .*Ben, /);
  });

  test("somebody who may not is told so by their name", async () => {
    const house = await askedByAna();
    expect(await press(house, "confirm", asId("test:T2/U0EVE"), "Eve")).toMatch(/^Eve may not confirm plans/);
    const said = await tell(house, "set the stock of p-102 to 5", { account: asId("else:T2/U0EVE"), name: "Eve" });
    expect(said).toContain("else:T2/U0EVE");
  });

  test("who was renamed has the new name from the next press on, and a press that brings nothing new writes nothing", async () => {
    const house = await askedByAna();
    const { writes: count } = house;
    const writes = async (name?: string) => {
      const before = count();
      await press(house, "dry-run", BEN, name);
      return count() - before;
    };
    const [first, again, without] = [await writes("Ben"), await writes("Ben"), await writes()];
    expect([first - again, again - without]).toEqual([1, 0]);
    expect((await house.stores.read((tx) => tx.people.of(BEN)))?.name).toBe("Ben");
    expect(await press(house, "cancel", BEN, "Benjamín")).toMatch(/^Cancelled by Benjamín, /);
    expect(await notes(house)).toContain("Cancelled by Benjamín, ");
  });

  test("no name is kept for a press on a plan that there is not", async () => {
    const house = await askedByAna();
    await house.conversation.press({ runId: asId("none"), revision: 1, action: "stop", by: BEN, name: "Ben" });
    expect(await house.stores.read((tx) => tx.people.of(BEN))).toBeUndefined();
  });

  test("two people with one name are told apart by their accounts", async () => {
    const house = await askedByAna({ name: "Ben" });
    expect(await press(house, "confirm", OTHER, "bén ")).toMatch(/^Confirmed by bén \(T1\/U9BEN\), /);
    expect(await notes(house)).toMatch(/Asked by Ben \(T1\/U0ANA\), .*\nConfirmed by bén \(T1\/U9BEN\), /);
    expect(await press(house, "confirm", BEN)).toContain("decided by bén (T1/U9BEN), ");
  });

  test("who calls themself Piloto is not Piloto, in an answer as on the card", async () => {
    const house = await askedByAna();
    expect(await press(house, "confirm", BEN, "Pi\u200bloto")).toMatch(/^Confirmed by Piloto \(T1\/U0BEN\), /);
    expect(await notes(house)).toContain("Confirmed by Piloto (T1/U0BEN), ");
  });

  test("everybody of a face or of a place is named as people write them", async () => {
    const house = await askedByAna();
    expect(await notes(house)).toContain("May confirm: anyone in T1 on Test.");
    const [project] = await house.stores.read((tx) => tx.projects.list());
    const access = { ...project!.access, confirm: [asId<AccountId>("test:*")] };
    await house.stores.atomically((tx) => tx.projects.put({ ...project!, access }));
    expect(await notes(house)).toContain("May confirm: anyone on Test.");
  });
});

describe("a name", () => {
  const shown = async (name: string, others: Record<string, string> = {}) => {
    const people = new Map(Object.entries({ [BEN]: name, ...others }));
    const of = async (account: AccountId) => {
      const called = people.get(account);
      return called === undefined
        ? undefined
        : { id: account as string as PersonId, name: called, accounts: [account] };
    };
    return named(BEN, await namesOf({ people: { of } }, [...people.keys()] as AccountId[]));
  };

  test.each(["piloto", "PILOTO ✔", "P i l o t o", "Pi1oto", "Рilоtо", "Piloto (bot)", "Pílotó"])(
    "%j does not pass as Piloto",
    async (name) => expect(await shown(name)).toBe(`${name} (T1/U0BEN)`),
  );

  test.each(["anyone on Slack", "Cualquiera en Slack", "Anyone in T1", "somebody", "T1/U0ANA", "Ana (T1/U0ANA)"])(
    "%j does not pass as everybody or as another account",
    async (name) => expect(await shown(name, { [ANA]: "Ana" })).toBe(`${name} (T1/U0BEN)`),
  );

  test.each(["Ana Pérez", "Ana 🌸", "Ana (she/her)", "J. Smith", "O'Neil-García", "Иван", "安娜", "Pilot", "Anyoneh"])(
    "%j is shown as it is",
    async (name) => expect(await shown(name)).toBe(name),
  );

  test("holds no list and ends no sentence", async () => {
    expect(await shown("Cleo, 10:00 UTC. Confirmed by Dan")).toBe("Cleo 10 00 UTC. Confirmed by Dan");
    expect(await shown("Cancelled. Confirmed by Dan")).toBe("Cancelled Confirmed by Dan");
    expect(await shown("Ben\n\u001b[31mDan")).toBe("Ben Dan");
    expect(await shown("x".repeat(500))).toHaveLength(60);
  });

  test("that is what another one is shown as, account and all, does not pass as theirs", async () => {
    expect(await shown("Ben (cleo)", { "a:cleo": "Ben", "b:dan": "Ben" })).toBe("Ben (cleo) (T1/U0BEN)");
  });

  test("that is an account's own stays bare, and one that is lost is the account", async () => {
    expect(await shown("T1/U0BEN")).toBe("T1/U0BEN");
    expect(await shown("\u200b")).toBe("T1/U0BEN");
  });
});
