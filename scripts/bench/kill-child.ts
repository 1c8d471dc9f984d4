import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { asId, type BootId, type RunId, type ToolKey } from "../../core/domain/ids.ts";
import type { Tool, ToolOutcome } from "../../core/domain/tool.ts";
import { decide } from "../../core/planning/decide-plan.ts";
import { recover } from "../../core/running/recover.ts";
import { createRunner } from "../../core/running/runner.ts";
import type { ToolCatalogue } from "../../core/tools/tool-catalogue.ts";
import { openSqlite } from "../../storage/index.ts";
import { benchClock, benchProject, benchTool, draftOf, me, quiet } from "./runs-world.ts";

// The process that is killed: FOLDER BOOT MODE. `work`: proposes and confirms until it dies, and says `ack <run>` for
// each confirm it was promised. `finish`: brings everything to its end as a person would who looks outside first.
const [folder, bootName, mode] = process.argv.slice(2) as [string, string, "work" | "finish"];
const ledger = path.join(folder, "effects.txt");
const AT_ONCE = 8;
const STEPS = 4;

const never = benchTool;
const safe: Tool = { ...benchTool, key: asId<ToolKey>("workshop PUT /machines/{id}"), replay: "safe" };
const tools: ToolCatalogue = {
  search: async () => [never, safe],
  get: async (_project, key) => (key === safe.key ? safe : never),
  async call(_project, call): Promise<ToolOutcome> {
    // The effect: outside the process, it stays when the process dies in the next moment.
    appendFileSync(ledger, `${call.idempotencyKey}\n`);
    await new Promise((resolve) => setImmediate(resolve));
    return {
      kind: "done",
      request: call.tool.operation,
      summary: "200 OK",
      result: { status: 200, headers: {}, body: {} },
    };
  },
};

const stores = await openSqlite({ folder });
await stores.atomically((tx) => tx.projects.put(benchProject));
const boot = { id: asId<BootId>(bootName), processName: "bench" };
await recover({ stores, clock: benchClock, boot });
const runner = createRunner({ stores, tools, clock: benchClock, logger: quiet, boot });
runner.start();
process.stdout.write("ready\n");
if (mode === "work") await Promise.all(Array.from({ length: AT_ONCE }, (_, lane) => work(lane)));
else await finish();
await runner.stop(2_000);
await stores.close();

async function work(lane: number): Promise<never> {
  for (let n = 0; ; n++) {
    const id = `${bootName}-${lane}-${n}`;
    const plan = mixed(id);
    await stores.atomically(async (tx) => {
      await tx.chats.ensure({ id: plan.chatId, projectId: plan.projectId, language: "en", atMs: plan.proposedAtMs });
      await tx.runs.create(plan);
      await tx.chats.set(plan.chatId, { pendingRunId: plan.id });
    });
    const decision = await press(plan.id, "confirm");
    if (decision.kind === "accepted") process.stdout.write(`ack ${id}\n`);
    await runner.idle(plan.chatId);
  }
}

/** Every second step is safe to repeat. */
function mixed(id: string) {
  return draftOf(id, STEPS, (number) => (number % 2 === 0 ? safe : never));
}

async function finish(): Promise<void> {
  for (;;) {
    await runner.idle();
    const waiting = await stores.read((tx) => tx.runs.page({ states: ["waiting"] }, { limit: 200 }));
    if (waiting.items.length === 0) return;
    const happened = new Set(readFileSync(ledger, "utf8").split("\n"));
    for (const run of waiting.items) {
      const unknown = (await stores.read((tx) => tx.steps.of(run.id))).find((step) => step.state === "unknown");
      await press(run.id, happened.has(`${run.id}-${unknown?.number}`) ? "continue" : "retry");
    }
  }
}

function press(runId: RunId, action: "confirm" | "continue" | "retry") {
  return decide({ runId, revision: 1, action, by: me }, { stores, clock: benchClock });
}
