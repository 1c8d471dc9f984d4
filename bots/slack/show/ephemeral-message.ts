import type { KnownBlock } from "@slack/types";
import type { Language } from "../../../core/domain/chat.ts";
import { plainText } from "../../../core/domain/plain-text.ts";
import { cutCounted } from "../../shared/cut-text.ts";
import { fallbackText } from "./mrkdwn.ts";
import { richText, run, section } from "./rich-text.ts";

const MOST = 6_000;

/** A reply for one person alone, for `respond`, `chat.postEphemeral` and slash commands: literal, at most 6,000 characters. */
export function ephemeralMessage(text: string, language: Language): { text: string; blocks: KnownBlock[] } {
  const shown = cutCounted(plainText(text).trim(), MOST, language) || "…";
  return { text: fallbackText(shown), blocks: [richText([section(run(shown))])] };
}
