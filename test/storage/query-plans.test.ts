import { afterAll, beforeAll, expect, test } from "vitest";
import { asId, type ChatId } from "../../core/domain/ids.ts";
import { openSqlite, type SqliteStores } from "../../storage/index.ts";
import { ANA, bootId, CHAT, draft, message, WORKSHOP } from "./sample-data.ts";

let stores: SqliteStores;
beforeAll(async () => {
  stores = await openSqlite({ folder: ":memory:" });
});
afterAll(() => stores.close());

/** The plans of all statements that `work` prepares, as SQLite explains them. */
async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  const { db } = stores.connection;
  const prepare = db.prepare.bind(db);
  const seen: string[] = [];
  db.prepare = ((source: string) => {
    seen.push(source);
    return prepare(source);
  }) as typeof db.prepare;
  try {
    await work();
  } finally {
    db.prepare = prepare as typeof db.prepare;
  }
  return seen.flatMap((source) => {
    const explain = prepare(`explain query plan ${source}`);
    const blanks = [...source.matchAll(/\?/g)].map(() => null);
    return (explain.all(...blanks) as { detail: string }[]).map(({ detail }) => `${detail}  <-  ${source}`);
  });
}

/** Scans that are bounded: small partial indexes, a list given as a parameter, the last entry of the chain, one row of constants. */
const BOUNDED =
  /USING (COVERING )?INDEX (queue_held|queue_due|queue_waiting)|json_each|SCAN audit .*order by "seq" desc limit|CONSTANT ROW/;

/** Reads through a table, or sorts rows that an index could have given in order. */
const isSlow = (plan: string): boolean =>
  (plan.startsWith("SCAN ") && !BOUNDED.test(plan)) || plan.startsWith("USE TEMP B-TREE FOR ORDER BY");

test("what happens for every step, message and look at the queue uses an index", async () => {
  const run = draft({ state: "queued" });
  const owner = bootId("boot");
  const fence = 1;
  const plans = await plansOf(async () => {
    await stores.atomically(async (tx) => {
      await tx.chats.ensure({ id: CHAT, projectId: WORKSHOP, language: "en", atMs: 1 });
      await tx.chats.set(CHAT, { activeRunId: run.id });
      await tx.chats.takeTurn(CHAT, owner, 1, 2);
      await tx.chats.endTurn(CHAT, owner);
      await tx.people.ensure(ANA, "Ana", asId("p1"));
      await tx.messages.add(message(1));
      await tx.messages.setHandled(message(1).id, 2);
      await tx.messages.nextWaiting(CHAT);
      await tx.runs.create(run);
      await tx.queue.enqueue({ ...run, runId: run.id, priority: 0, atMs: 1 });
      await tx.queue.claim({ owner, nowMs: 10, leaseMs: 10, limit: 4 });
      await tx.runs.setState(run.id, { from: "queued", to: "running", fence });
      await tx.steps.begin({ runId: run.id, number: 1, fence, from: "pending", attempt: 1, atMs: 1 });
      await tx.steps.end({ runId: run.id, number: 1, fence, attempt: 1, state: "error", atMs: 1 });
      await tx.steps.begin({ runId: run.id, number: 1, fence, from: "error", attempt: 2, atMs: 1 });
      await tx.steps.mark(run.id, ["pending"], "skipped");
      await tx.limits.takeCalls(WORKSHOP, 1, 1000, 8);
      await tx.limits.giveCallsBack(WORKSHOP, 1, 3);
      await tx.outbox.cardChanged(run.id, CHAT, 1);
      await tx.outbox.say(CHAT, "k", { text: "hello" }, 1);
      const card = { kind: "card", runId: run.id, chatId: CHAT, version: 1, shown: 0, tries: 0 } as const;
      const told = { kind: "say", id: 1, chatId: CHAT, key: "k", say: { text: "hello" }, tries: 0 } as const;
      await tx.outbox.claim(card, { owner, nowMs: 1, untilMs: 2 });
      await tx.outbox.claim(told, { owner, nowMs: 1, untilMs: 2 });
      await tx.outbox.postpone(card, 1, "why", owner);
      await tx.faceNotes.putNew("slack", "a:1", 1, 1);
      await tx.faceNotes.put("slack", "a:1", 1, 1);
      await tx.faceNotes.forget("slack", "a:", 1);
      await tx.linkCodes.put({ hash: "h", account: ANA, expiresAtMs: 1 });
      await tx.linkCodes.take("h", 1);
      await tx.outbox.cardDelivered(run.id, CHAT, 1, "ref", 1);
      await tx.outbox.cardGone(run.id, CHAT);
      await tx.outbox.sayDelivered(1, "ref", 1);
      await tx.queue.extend({ runId: run.id, fence, owner, untilMs: 5 });
      await tx.runs.requestCancel(run.id, ANA, 1);
      await tx.queue.giveBack({ runId: run.id, fence, availableAtMs: 1 });
      await tx.queue.settle({ runId: run.id, fence });
      await tx.queue.boot({ id: owner, processName: "piloto", atMs: 1 });
      await tx.audit.append({ atMs: 1, by: "x", did: "y", target: "z", detail: {} });
    });
    await stores.read(async (tx) => {
      await tx.queue.nextDueMs();
      await tx.outbox.nextDueMs("terminal");
      await tx.outbox.due("terminal", 10, 10);
      await tx.steps.of(run.id);
      await tx.steps.attempts(run.id);
      await tx.votes.of(run.id);
      await tx.runs.get(run.id);
      await tx.runs.revisions(run.id);
      await tx.audit.head();
      await tx.audit.after(0, 10);
    });
  });
  expect(plans.length).toBeGreaterThan(40);
  expect(plans.filter(isSlow)).toEqual([]);
});

test("lists and look-ups by any filter use an index", async () => {
  const plans = await plansOf(() =>
    stores.read(async (tx) => {
      await tx.messages.page(CHAT, { limit: 10 });
      await tx.runs.page({}, { limit: 10 });
      await tx.runs.page({ projectId: WORKSHOP }, { limit: 10 });
      await tx.runs.page({ chatId: CHAT, states: ["done"] }, { limit: 10 });
      await tx.runs.find(undefined, "1234");
      await tx.runs.find(WORKSHOP, "1234");
      await tx.runs.expired(10, 10);
      await tx.outbox.openCards("terminal", 1);
      await tx.steps.result(draft().id, 1);
      await tx.faceNotes.get("slack", "a:1");
      await tx.faceNotes.list("slack", "a:", { limit: 10, afterKey: "a:1" });
      await tx.files.of(message(1).id);
      await tx.files.content("file-1");
      await tx.services.list(WORKSHOP);
      await tx.services.endpoint(WORKSHOP, asId("workshop GET /x"));
      await tx.services.version(WORKSHOP);
      await tx.people.of(ANA);
    }),
  );
  expect(plans.length).toBeGreaterThan(10);
  expect(plans.filter(isSlow)).toEqual([]);
});

test("a page of a chat costs the same beside 200,000 messages as beside 200", async () => {
  const { db } = stores.connection;
  const fill = (count: number, from: number) =>
    db.exec(
      `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${from + count - 1})
       insert into messages (id, chat_id, face, key, origin, at_ms, handled_at_ms, text)
       select 'm' || i, case when i % 2 = 0 then '${CHAT}' else 'terminal:busy' end, 'terminal', 'k' || i, 'person', i, i, 'words ' || i from n`,
    );
  const busy = asId<ChatId>("terminal:busy");
  await stores.atomically((tx) => tx.chats.ensure({ id: busy, projectId: WORKSHOP, language: "en", atMs: 1 }));
  const work = (): Promise<unknown> =>
    stores.read(async (tx) => {
      const first = await tx.messages.page(CHAT, { limit: 50 });
      await tx.messages.page(CHAT, { limit: 50, before: first.next });
      await tx.messages.chatsWaiting(10);
      await tx.messages.nextWaiting(CHAT);
    });
  const fastest = async () => {
    let bestMs = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 60; n++) {
      const start = performance.now();
      await work();
      bestMs = Math.min(bestMs, performance.now() - start);
    }
    return bestMs;
  };
  fill(200, 1_000);
  const before = await fastest();
  fill(200_000, 2_000);
  const after = await fastest();
  expect(after / before).toBeLessThan(2.5);
});
