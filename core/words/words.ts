import type { Language } from "../domain/chat.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";

/** Every sentence Piloto says, in one language. English sets the shape; other languages follow it. */
export type Words = typeof en;

export function words(language: Language): Words {
  return language === "es" ? es : en;
}
