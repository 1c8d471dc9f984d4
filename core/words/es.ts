import { cardEs } from "./card-es.ts";
import { chatAppEs } from "./chat-app-es.ts";
import { chatFaceEs } from "./chat-face-es.ts";
import { conversationEs } from "./conversation-es.ts";
import type { en } from "./en.ts";
import { fleetEs } from "./fleet-es.ts";
import { inboxEs } from "./inbox-es.ts";
import { menuEs } from "./menu-es.ts";
import { outputEs } from "./output-es.ts";
import { planningEs } from "./planning-es.ts";
import { runningEs } from "./running-es.ts";
import { terminalEs } from "./terminal-es.ts";
import { toolsEs } from "./tools-es.ts";

/** Lo que dice Piloto, en español. */
export const es: typeof en = {
  actions: {
    confirm: "Confirmar",
    edit: "Editar",
    cancel: "Cancelar",
    "dry-run": "Simular",
    stop: "Detener",
    retry: "Reintentar",
    continue: "Continuar",
    abandon: "Abandonar",
  },
  card: cardEs,
  chatApp: chatAppEs,
  chatFace: chatFaceEs,
  conversation: conversationEs,
  fleet: fleetEs,
  inbox: inboxEs,
  menu: menuEs,
  output: outputEs,
  planning: planningEs,
  terminal: terminalEs,
  tools: toolsEs,
  running: runningEs,
};
