import type { chatAppEn } from "./chat-app-en.ts";

/** What Piloto says in chat apps beside cards and answers: forms, dialogs, home pages. In Spanish. */
export const chatAppEs: typeof chatAppEn = {
  risk: { read: "Solo lee", write: "Cambia cosas", destructive: "Destruye cosas" },
  riskOfStep: { read: "lee", write: "escribe", destructive: "destruye" },
  stepState: {
    pending: "",
    running: "en marcha",
    done: "hecho",
    error: "falló",
    skipped: "omitido",
    cancelled: "cancelado",
    unknown: "resultado desconocido",
  },
  willTouch: "Lo que se tocará",
  touchesNothing: "Este plan solo lee; nada cambia.",
  moreSteps: (from, to, all) => `Se muestran los pasos ${from} a ${to} de ${all}. El plan entero está en el archivo.`,
  moreTouched: (more) => `… y ${more} más. El plan entero está en el archivo.`,
  cutNotes: "El plan entero está en el archivo.",
  cut: (characters) => `… (+${group(characters)} caracteres sin mostrar)`,
  cutMiddle: (characters) => `… (${group(characters)} caracteres de aquí están solo en el archivo) …`,
  textFile: "El texto entero",
  confirmTitle: "¿Ejecutar este plan?",
  confirmText: (steps, destroying) =>
    `Tiene ${steps} ${steps === 1 ? "paso" : "pasos"}, y ${destroying} de ellos ${destroying === 1 ? "destruye" : "destruyen"} algo que Piloto no puede recuperar.`,
  confirmYes: "Ejecutarlo",
  confirmNo: "Ahora no",
  tooOld: "Este botón es de un Piloto anterior. Usa la tarjeta más nueva, o vuelve a pedirlo.",
  edit: {
    title: "Cambiar el plan",
    submit: "Guardar",
    close: "Cerrar",
    intro: (revision) =>
      `Lo que cambies será una revisión nueva (esta es la ${revision}); nada se ejecuta antes de que alguien la confirme.`,
    argument: (step, path) => `${step} · ${path}`,
    wholeStep: (step) => `${step} · argumentos (JSON)`,
    drop: "Pasos que quitar",
    dropHint: "Los pasos elegidos salen del plan.",
    words: "O di qué cambiar",
    wordsHint: "Con tus palabras; deja entonces los campos como están.",
    left: (fields) =>
      `${fields} ${fields === 1 ? "valor no cabe" : "valores no caben"} en este formulario. Di con palabras qué cambiar ahí.`,
    needs: {
      number: "Debe ser un número, como 42 o 2.5.",
      exact: "Ese número tiene demasiadas cifras para guardarlo exacto.",
      boolean: "Debe ser true o false.",
      json: "No es JSON que Piloto pueda leer. Un texto necesita comillas ahí.",
      object: "Los argumentos de un paso son un objeto JSON.",
    },
    cannotRemove: (name) => `«${name}» no se puede quitar en este formulario. Dilo con palabras.`,
    dropsAll: "Un plan necesita al menos un paso. Para dejarlo del todo, pulsa Cancelar.",
    either: "O cambias los campos, o lo dices con palabras; no las dos cosas a la vez.",
    nothing: "No se cambió nada.",
  },
  home: {
    waiting: "Te espera",
    noneWaiting: "Ningún plan espera tu decisión.",
    active: "En marcha",
    noneActive: "No hay nada en marcha.",
    finished: "Terminado hace poco",
    fleet: "Las máquinas",
    noFleet: "No hay ninguna máquina en la flota.",
    node: (health, resident, inFlight) => `${health} · en memoria: ${resident} · ${inFlight} trabajando`,
    nothing: "nada",
    health: { up: "activa", down: "caída", unknown: "aún sin saber" },
    stranger:
      "Aún no te conozco en los proyectos de este espacio. Un administrador puede añadir tu cuenta en los ajustes.",
    more: (count) => `… y ${count} más.`,
    hint: "Mencióname en un canal, o escríbeme aquí, para pedir algo.",
  },
};

function group(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ".");
}
