import type { ProjectId, ToolKey } from "../domain/ids.ts";
import type { Project } from "../domain/project.ts";
import type { Tool } from "../domain/tool.ts";
import type { Clock } from "../ports/clock.ts";
import type { Stores } from "../ports/stores.ts";
import type { ToolCatalogue } from "../tools/tool-catalogue.ts";

/** What stands outside a run and may change under it: its project's permissions and its tools. */
export interface Facts {
  readonly project: Project | undefined;
  readonly tool: Tool | undefined;
}

export interface FreshFacts {
  /** At once, when both were read at most `maxAgeMs` ago; else `undefined`, and `load` reads them. */
  peek(projectId: ProjectId, key: ToolKey): Facts | undefined;
  load(projectId: ProjectId, key: ToolKey): Promise<void>;
}

const MOST_KEPT = 2_000;

/** Shared by all runs of a runner, so that a thousand steps do not read the same tool a thousand times. */
export function createFreshFacts(
  { stores, tools, clock }: { stores: Stores; tools: ToolCatalogue; clock: Clock },
  maxAgeMs: number,
): FreshFacts {
  const kept = new Map<string, Facts & { atMs: number }>();
  const keyOf = (projectId: ProjectId, key: ToolKey) => `${projectId}\n${key}`;
  return {
    peek(projectId, key) {
      const found = kept.get(keyOf(projectId, key));
      return found && clock.nowMs() - found.atMs <= maxAgeMs ? found : undefined;
    },
    async load(projectId, key) {
      const [project, tool] = await Promise.all([
        stores.read((tx) => tx.projects.get(projectId)),
        tools.get(projectId, key),
      ]);
      if (kept.size >= MOST_KEPT) kept.clear();
      // Aged from when they came: a slow answer must not be out of date at once, and be asked for again for ever.
      kept.set(keyOf(projectId, key), { project, tool, atMs: clock.nowMs() });
    },
  };
}
