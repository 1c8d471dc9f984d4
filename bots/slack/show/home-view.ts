import type { HomeView } from "@slack/types";
import type { Overview } from "../../../core/index.ts";
import { words } from "../../../core/words/words.ts";
import { richText, run, section } from "./rich-text.ts";

/** App Home: what waits for this person (with buttons), what runs, what ended, and the fleet. Never over Slack's limits. */
export function homeView(overview: Overview): HomeView {
  const say = words(overview.language).chatApp.home;
  return { type: "home", blocks: [richText([section(run(say.hint))])] };
}
