import type { Logger } from "../../core/ports/logger.ts";

/** A logger that keeps its lines for the test to read. */
export function silentLogger(): Logger & { readonly lines: { level: string; text: string; fields: unknown }[] } {
  const lines: { level: string; text: string; fields: unknown }[] = [];
  const at = (level: string) => (fields: Record<string, unknown>, text: string) =>
    void lines.push({ level, text, fields });
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
