import type { ProjectId, ToolKey } from "../domain/ids.ts";
import type { Tool, ToolCall, ToolCard, ToolOutcome } from "../domain/tool.ts";
import type { ToolProvider } from "../ports/tool-provider.ts";
import { createSearchIndex, type SearchIndex } from "./search-index.ts";

/** All tools of all providers, as one. */
export interface ToolCatalogue {
  /** All allowed tools of a project, in the order of their providers. */
  cards(projectId: ProjectId): Promise<readonly ToolCard[]>;
  /** The allowed tools that fit a request best, best first, at most `limit`. */
  search(projectId: ProjectId, request: string, limit: number): Promise<readonly ToolCard[]>;
  /** One tool, allowed or not. */
  get(projectId: ProjectId, key: ToolKey): Promise<Tool | undefined>;
  /** Performs the call once, by the provider that has the tool. */
  call(projectId: ProjectId, call: ToolCall, signal: AbortSignal): Promise<ToolOutcome>;
}

/**
 * Searches by words, not by a model: the same request over the same tools finds the same ones. A project's index is
 * kept while its providers hand out the same arrays.
 */
export function createToolCatalogue(providers: readonly ToolProvider[]): ToolCatalogue {
  const indexes = new Map<ProjectId, { lists: readonly (readonly ToolCard[])[]; index: SearchIndex }>();

  function indexOf(projectId: ProjectId, lists: readonly (readonly ToolCard[])[]): SearchIndex {
    const standing = indexes.get(projectId);
    if (standing?.lists.every((list, at) => list === lists[at])) return standing.index;
    const index = createSearchIndex(lists.flat());
    indexes.set(projectId, { lists, index });
    return index;
  }

  async function find(projectId: ProjectId, key: ToolKey) {
    for (const provider of providers) {
      const tool = await provider.get(projectId, key);
      if (tool) return { provider, tool };
    }
    return undefined;
  }
  return {
    async cards(projectId) {
      return (await Promise.all(providers.map((provider) => provider.cards(projectId)))).flat();
    },
    async search(projectId, request, limit) {
      const lists = await Promise.all(providers.map((provider) => provider.cards(projectId)));
      return indexOf(projectId, lists).search(request, limit);
    },
    async get(projectId, key) {
      return (await find(projectId, key))?.tool;
    },
    async call(projectId, call, signal) {
      const found = await find(projectId, call.tool.key);
      if (found) return found.provider.call(projectId, call, signal);
      return {
        kind: "failed",
        request: call.tool.operation,
        summary: `${call.tool.key} is not registered any more.`,
        code: "ENDPOINT_NOT_FOUND",
        effect: "none",
      };
    },
  };
}
