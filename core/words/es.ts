import type { Words } from "./words.ts";

/** Lo que dice Piloto, en español. */
export const es: Words = {
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
};
