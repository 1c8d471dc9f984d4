import type { Language } from "../domain/chat.ts";

/** Whole words: a letter of a part number or of a code says nothing. */
const WORD = /(?<![\p{L}\p{N}_-])\p{L}+(?![\p{L}\p{N}_-])/gu;

/**
 * The language of a message, when it can be told: by words that only one of the two languages has, and by Spanish
 * letters. `undefined` for what both could be ("no", "stop", "M8 400"): the chat then keeps its language.
 */
export function readLanguage(text: string): Language | undefined {
  const tokens = text.toLowerCase().match(WORD) ?? [];
  const spanish = tokens.filter((token) => SPANISH.has(token)).length + (/[¿¡ñ]|[áéíóú]\p{L}*/iu.test(text) ? 1 : 0);
  const english = tokens.filter((token) => ENGLISH.has(token)).length;
  if (spanish === english) return undefined;
  return spanish > english ? "es" : "en";
}

const set = (words: string) => new Set(words.split(" "));

const SPANISH = set(
  "el la los las un una unos unas de del al que qué y o en con por para es está están son hay cuál cuáles cuántos cuántas cuantos cuantas cómo dónde cuándo quién quiero puedes podrías pon ponga fija establece cambia actualiza crea añade agrega borra elimina quita muestra muéstrame lista dime dile avisa arranca inicia para detén cancela confirma dale sí hola gracias buenos buenas días tardes noches favor hazlo ejecuta ejecútalo adelante mejor ahora todavía también pero si no lo le se mi su tu este esta eso esto paso pasos existencias piezas tornillos tuercas taller máquina máquinas trabajo aviso estado servicios ayuda olvídalo vale claro otra vez nuevo español",
);
for (const shared of ["no", "no.", "para", "si", "lista"]) SPANISH.delete(shared);

const ENGLISH = set(
  "the a an of to and or in on with for is are was be there what which how many much where when who why want can could would please set put change update create add delete remove drop show list tell me it this that these those step steps stock parts bolts workshop machine job notice start stop run cancel confirm yes hello hi hey thanks thank you good morning do does did go ahead make instead not but also again now english i my your",
);
for (const shared of ["a", "me", "stop", "stock", "run", "no"]) ENGLISH.delete(shared);
