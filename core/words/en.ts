import { cardEn } from "./card-en.ts";
import { chatAppEn } from "./chat-app-en.ts";
import { chatFaceEn } from "./chat-face-en.ts";
import { conversationEn } from "./conversation-en.ts";
import { fleetEn } from "./fleet-en.ts";
import { inboxEn } from "./inbox-en.ts";
import { menuEn } from "./menu-en.ts";
import { outputEn } from "./output-en.ts";
import { planningEn } from "./planning-en.ts";
import { runningEn } from "./running-en.ts";
import { terminalEn } from "./terminal-en.ts";
import { toolsEn } from "./tools-en.ts";
/** What Piloto says, in English. Grouped by the room that says it. Short, plain, complete sentences. */
export const en = {
  actions: {
    confirm: "Confirm",
    edit: "Edit",
    cancel: "Cancel",
    "dry-run": "Dry run",
    stop: "Stop",
    retry: "Retry",
    continue: "Continue",
    abandon: "Abandon",
  },
  card: cardEn,
  chatApp: chatAppEn,
  chatFace: chatFaceEn,
  conversation: conversationEn,
  fleet: fleetEn,
  inbox: inboxEn,
  menu: menuEn,
  output: outputEn,
  planning: planningEn,
  terminal: terminalEn,
  tools: toolsEn,
  running: runningEn,
};
