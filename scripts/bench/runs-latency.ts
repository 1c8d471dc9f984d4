import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { decide } from "../../core/planning/decide-plan.ts";
import { recover } from "../../core/running/recover.ts";
import { createRunner } from "../../core/running/runner.ts";
import { openSqlite, type SqliteStores } from "../../storage/index.ts";
import { saveDraft } from "./runs-steps.ts";
import { benchClock, benchProject, benchTool, instantTools, me, quiet } from "./runs-world.ts";

/** Active runs work on steps of about this length, so that each second sees a thousand of them end and begin. */
const STEP_MS = 1_000;

/**
 * Milliseconds from pressing Confirm to the tool being called, sorted, with `active` other runs under way.
 * `messages` lie in the file.
 */
export async function confirmToStepMs(options: {
  readonly active: number;
  readonly presses: number;
  readonly messages: number;
}): Promise<number[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "piloto-latency-"));
  const stores = await openSqlite({ folder: path.join(folder, "data") });
  await stores.atomically((tx) => tx.projects.put(benchProject));
  if (options.messages > 0) await fillMessages(stores, options.messages);
  const boot = { id: "bench-boot" as never, processName: "bench" };
  await recover({ stores, clock: benchClock, boot });
  const calledAt = new Map<string, number>();
  const tools = instantTools(benchTool, STEP_MS, (key) => {
    if (!calledAt.has(key)) calledAt.set(key, performance.now());
  });
  const settings = { capacity: options.active + options.presses };
  const runner = createRunner({ stores, tools, clock: benchClock, logger: quiet, boot, settings });
  runner.start();
  try {
    for (let n = 0; n < options.active; n++) await confirm(stores, await saveDraft(stores, `active-${n}`, 200));
    await untilCalled(calledAt, options.active);
    const found: number[] = [];
    for (let n = 0; n < options.presses; n++) {
      const id = await saveDraft(stores, `press-${n}`, 1);
      const pressedAt = performance.now();
      await confirm(stores, id);
      while (!calledAt.has(`${id}-1`)) await new Promise((resolve) => setTimeout(resolve, 1));
      found.push(calledAt.get(`${id}-1`)! - pressedAt);
    }
    return found.sort((a, b) => a - b);
  } finally {
    await runner.stop(500);
    await stores.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function confirm(stores: SqliteStores, runId: string) {
  return decide({ runId: runId as never, revision: 1, action: "confirm", by: me }, { stores, clock: benchClock });
}

async function untilCalled(calledAt: ReadonlyMap<string, number>, active: number): Promise<void> {
  const begun = () => [...calledAt.keys()].filter((key) => key.startsWith("active-") && key.endsWith("-1")).length;
  while (begun() < active) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A million through the port would take minutes and measure nothing of interest. */
async function fillMessages(stores: SqliteStores, count: number): Promise<void> {
  await stores.atomically((tx) =>
    tx.chats.ensure({ id: "bench:history" as never, projectId: benchProject.id, language: "en", atMs: 1 }),
  );
  const { db } = stores.connection;
  const text = "Please set the stock of part M8 to 400 and tell me when it is done.";
  db.exec(`insert into messages (id, chat_id, face, key, origin, at_ms, handled_at_ms, text)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    select 'm' || i, 'bench:history', 'bench', 'bench:' || i, 'person', i, i, '${text} ' || i from n`);
  stores.checkpoint();
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
