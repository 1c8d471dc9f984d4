import type { ProjectId, ToolKey } from "../domain/ids.ts";
import type { Tool, ToolCall, ToolCard, ToolOutcome } from "../domain/tool.ts";

/** A source of tools: the HTTP services, the built-ins, later MCP servers and commands. */
export interface ToolProvider {
  /** Allowed tools of a project. Same array object while nothing changed: callers cache by identity. */
  cards(projectId: ProjectId): Promise<readonly ToolCard[]>;
  /** One tool with its schema, allowed or not; `undefined` when this provider has no such tool. */
  get(projectId: ProjectId, key: ToolKey): Promise<Tool | undefined>;
  /**
   * Performs the call once: retries are the runner's. Never throws for what the outside does:
   * a refusal, a cut connection and an abort are outcomes.
   */
  call(projectId: ProjectId, call: ToolCall, signal: AbortSignal): Promise<ToolOutcome>;
}
