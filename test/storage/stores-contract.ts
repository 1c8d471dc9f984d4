import { afterAll, afterEach, beforeAll, describe } from "vitest";
import type { Stores } from "../../core/ports/stores.ts";
import { project } from "./sample-data.ts";
import { auditFacts } from "./stores-contract/audit-facts.ts";
import { chatAppFacts } from "./stores-contract/chat-app-facts.ts";
import { claimFacts } from "./stores-contract/claim-facts.ts";
import { conversationFacts } from "./stores-contract/conversation-facts.ts";
import { outboxFacts } from "./stores-contract/outbox-facts.ts";
import { queueFacts } from "./stores-contract/queue-facts.ts";
import { raceFacts } from "./stores-contract/race-facts.ts";
import { runFacts } from "./stores-contract/run-facts.ts";
import { serviceFacts } from "./stores-contract/service-facts.ts";
import { stepFacts } from "./stores-contract/step-facts.ts";
import type { Database, Subject } from "./stores-contract/subject.ts";
import { transactionFacts } from "./stores-contract/transaction-facts.ts";

/** Everything that the port promises, as facts, over one kind of database. */
export function storesContract(name: string, { isShared }: { isShared: boolean }, make: () => Promise<Database>): void {
  describe(name, () => {
    let database: Database;
    const opened: Stores[] = [];
    beforeAll(async () => {
      database = await make();
    });
    afterEach(async () => {
      for (const stores of opened.splice(0)) await stores.close();
    });
    afterAll(async () => {
      await database.end?.();
    });
    const subject: Subject = {
      isShared,
      async fresh(options) {
        const stores = await database.open(options);
        opened.push(stores);
        await stores.atomically((tx) => tx.projects.put(project()));
        return stores;
      },
      again: async (of) => database.openAgain?.(of),
    };
    transactionFacts(subject);
    conversationFacts(subject);
    runFacts(subject);
    stepFacts(subject);
    queueFacts(subject);
    outboxFacts(subject);
    claimFacts(subject);
    chatAppFacts(subject);
    serviceFacts(subject);
    auditFacts(subject);
    raceFacts(subject);
  });
}
