import { linkedAccounts } from "../access/holder-of.ts";
import type { AccountId, ProjectId, ToolKey } from "../domain/ids.ts";
import type { Project } from "../domain/project.ts";
import type { Tool } from "../domain/tool.ts";
import type { Clock } from "../ports/clock.ts";
import type { Stores } from "../ports/stores.ts";
import type { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { named, namesOf } from "../words/names.ts";

/** What stands outside a run and may change under it: permissions, people and tools. */
export interface Facts {
  readonly project: Project | undefined;
  readonly tool: Tool | undefined;
  /** Other accounts of the person whose permission the run stands on. */
  readonly linked?: readonly AccountId[];
  /** What people call them. */
  readonly who: string;
}

export interface FreshFacts {
  /** At once, when they were read at most `maxAgeMs` ago; else `undefined`, and `load` reads them. */
  peek(projectId: ProjectId, key: ToolKey, account: AccountId): Facts | undefined;
  load(projectId: ProjectId, key: ToolKey, account: AccountId): Promise<void>;
}

const MOST_KEPT = 2_000;

/** Shared by all runs of a runner, so that a thousand steps do not read the same tool a thousand times. */
export function createFreshFacts(
  { stores, tools, clock }: { stores: Stores; tools: ToolCatalogue; clock: Clock },
  maxAgeMs: number,
): FreshFacts {
  const kept = new Map<string, Facts & { atMs: number }>();
  const keyOf = (projectId: ProjectId, key: ToolKey, account: AccountId) => `${projectId}\n${key}\n${account}`;
  return {
    peek(...of) {
      const found = kept.get(keyOf(...of));
      return found && clock.nowMs() - found.atMs <= maxAgeMs ? found : undefined;
    },
    async load(projectId, key, account) {
      const [{ project, linked, who }, tool] = await Promise.all([
        stores.read(async (tx) => ({
          project: await tx.projects.get(projectId),
          linked: (await linkedAccounts(tx, [account])).get(account),
          who: named(account, await namesOf(tx, [account])),
        })),
        tools.get(projectId, key),
      ]);
      if (kept.size >= MOST_KEPT) kept.clear();
      // Aged from when they came: a slow answer must not be out of date at once, and be asked for again for ever.
      kept.set(keyOf(projectId, key, account), { project, tool, linked, who, atMs: clock.nowMs() });
    },
  };
}
