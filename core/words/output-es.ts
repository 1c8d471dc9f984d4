import type { outputEn } from "./output-en.ts";

/** Lo que dice Piloto de lo que trajo un paso, en español. */
export const outputEs: typeof outputEn = {
  attached: (step, title) => `El paso ${step} (${title}) trajo una salida larga. Termina con:`,
  missing: (bytes) => `[… faltan aquí ${bytes} bytes más; el registro lo tiene todo.]`,
};
