import { expect, test } from "vitest";
import { asId, type ChatId } from "../../core/domain/ids.ts";
import { type Disk, pgliteDisk, sqliteDisk } from "../running/disks.ts";
import { isVisited } from "../support/sampled.ts";
import { openConversation, PROJECT } from "./conversation-house.ts";

const WORDS = ["set the stock of p-101 to 400", "no, mejor 300", "sí, ejecútalo", "gracias"];

class Death extends Error {}

/** Says what was not taken yet and waits for the answers, until the process dies or everything is quiet. */
async function live(disk: Disk, chatId: ChatId, taken: Set<string>, { boot, dieAt }: { boot: string; dieAt?: string }) {
  let commits = 0;
  let isArmed = false;
  const stores = await disk.open((when) => {
    if (!isArmed) return;
    if (when === "before") commits++;
    if (`${when} ${commits}` === dieAt) throw new Death(dieAt);
  });
  const house = await openConversation({ stores, boot, processName: "piloto" });
  isArmed = true;
  try {
    await house.conversation.start();
    for (const text of WORDS) {
      const key = `${chatId} ${text}`;
      if (!taken.has(text))
        await house.conversation.receive({ key, chatId, account: asId("test:ana"), text, projectId: PROJECT });
      taken.add(text);
      await house.conversation.idle(chatId);
    }
    return commits;
  } catch (error) {
    if (!(error instanceof Death) && !(error instanceof Error && error.cause instanceof Death)) throw error;
    return commits;
  } finally {
    isArmed = false;
    await house.conversation.stop(0);
    await stores.close();
  }
}

test.each([
  ["SQLite", async () => sqliteDisk()],
  ["PostgreSQL", () => pgliteDisk()],
])(
  "a process that dies around any commit of a conversation loses and repeats nothing on %s",
  async (_name, open) => {
    const disk = await open();
    const whole = await live(disk, asId("test:whole"), new Set(), { boot: "whole" });
    expect(whole).toBeGreaterThan(10);
    let points = 0;
    for (let commit = 1; commit <= whole; commit++) {
      for (const [side, when] of ["before", "after"].entries()) {
        if (!isVisited(2 * commit + side, { every: 5 })) continue;
        const chatId = asId<ChatId>(`test:${when}-${commit}`);
        const taken = new Set<string>();
        await live(disk, chatId, taken, { boot: `${when}-${commit}-1`, dieAt: `${when} ${commit}` });
        await live(disk, chatId, taken, { boot: `${when}-${commit}-2` });
        await expectTheStory(disk, chatId);
        points++;
      }
    }
    console.log(`${points} points to die at`);
    await disk.end();
  },
  180_000,
);

async function expectTheStory(disk: Disk, chatId: ChatId): Promise<void> {
  const stores = await disk.open();
  const { runs, votes, told, waiting } = await stores.read(async (tx) => {
    const { items } = await tx.runs.page({ chatId }, { limit: 10 });
    const messages = (await tx.messages.page(chatId, { limit: 100 })).items;
    return {
      runs: items,
      votes: items[0] ? await tx.votes.of(items[0].id) : [],
      told: messages
        .filter(({ origin }) => origin === "piloto")
        .map(({ text }) => text)
        .reverse(),
      waiting: await tx.messages.nextWaiting(chatId),
    };
  });
  await stores.close();
  expect(runs, chatId).toMatchObject([
    { state: "queued", revision: 2, plan: { steps: [{ args: { body: { quantity: 300 } } }] } },
  ]);
  expect(
    votes.filter(({ counted, action }) => counted && action === "confirm"),
    chatId,
  ).toHaveLength(1);
  expect(waiting, chatId).toBeUndefined();
  expect(
    told.map((text) => text.slice(0, 10)),
    chatId,
  ).toEqual(["(Proposed,", "(Proposed,", "Cambiado; ", "Confirmado", "De nada."]);
}
