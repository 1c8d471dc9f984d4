import type { cardEn } from "./card-en.ts";

/** Lo que dice la tarjeta de una ejecución, en español. */
export const cardEs: typeof cardEn = {
  headline: {
    draft: (steps) => `Plan · ${pasos(steps)}`,
    revised: (steps, revision) => `Plan, revisión ${revision} · ${pasos(steps)}`,
    queued: (steps) => `Confirmado · espera su turno · ${pasos(steps)}`,
    queuedAgain: (done, steps) => `Espera para seguir · ${done} de ${pasos(steps)} hechos`,
    running: (step, steps) => `En marcha · ${step} de ${steps}`,
    stopping: (step, steps) => `Deteniendo · ${step} de ${steps}`,
    stoppingQueued: "Se detiene antes de empezar",
    waiting: (step, steps) => `Falta una decisión · paso ${step} de ${steps}`,
    done: (steps, took) => `Hecho · ${pasos(steps)}${took ? ` en ${took}` : ""}`,
    donePartly: (done, steps, took) => `Terminado · ${done} de ${pasos(steps)} hechos${took ? ` en ${took}` : ""}`,
    error: (step, steps) => `Falló · paso ${step} de ${steps}`,
    errorBetweenSteps: (done, steps) => `Falló · ${done} de ${pasos(steps)} hechos`,
    cancelled: "Cancelado · no se ejecutó nada",
    stopped: (done, steps) => `Detenido · ${done} de ${pasos(steps)} hechos`,
    expired: "Caducado · no se ejecutó nada",
    superseded: "Reemplazado por un plan más nuevo · no se ejecutó nada",
  },
  note: {
    askedBy: (who, at) => `Lo pidió ${who}, ${at}.`,
    edited: (revision, who, what) => `Revisión ${revision}${who ? ` de ${who}` : ""}: ${what}`,
    mayConfirm: (who) => `Puede confirmar: ${who}.`,
    nobodyMayConfirm:
      "Aquí todavía nadie puede confirmar planes. Un administrador puede nombrar a alguien en los ajustes.",
    expires: (at) => `Caduca sin confirmar (${at}); el silencio nunca es un sí.`,
    confirmed: (who, at) => `Lo confirmó ${who}, ${at}.`,
    confirmedByItself: (at) => `Empezó sin confirmación, ${at}: este proyecto lo permite si el plan solo lee.`,
    cancelled: (who, at) => `Lo canceló ${who}, ${at}.`,
    stopAsked: (who, at) => `${who} pulsó Detener, ${at}.`,
    stopping: "Se pide parar al paso en marcha; después de él no empieza ninguno.",
    retried: (who, at) => `${who} lo reintentó, ${at}.`,
    continued: (who, at) => `${who} lo continuó, ${at}.`,
    abandoned: (who, at) => `${who} lo abandonó, ${at}.`,
    expired: (at) => `Nadie lo confirmó a tiempo (${at}).`,
    superseded: (run) => `El plan más nuevo es …${run}.`,
    supersededBySome: "Hay un plan más nuevo en su lugar.",
    reason: (why) => `Por qué: ${why}`,
    waitingFor: (why) => `En espera: ${why}`,
    unknownChoice: (step) =>
      `Mira si el paso ${step} tuvo efecto. Continuar: seguir sin repetirlo. Reintentar: hacerlo otra vez. Abandonar: terminar aquí.`,
    waitingChoice: "Continuar: seguir. Reintentar: hacer el paso otra vez. Abandonar: terminar aquí.",
    retryOffered: "Reintentar empieza otra vez en el paso que falló; los pasos hechos no se repiten.",
  },
  step: {
    sent: (request) => `Se envió ${request}`,
    attempt: (attempt) => `intento ${attempt}`,
    finishedAfterCancel: "Terminó aunque se había pulsado Detener.",
    unknown:
      "Desconocido: empezó y no quedó registrado cómo acabó. Puede haber tenido efecto o no; no se repite por sí solo.",
    leftUnknown: "No se repitió: una persona decidió seguir. No quedó registrado si tuvo efecto.",
    skipped: "Omitido.",
    cancelled: "Se detuvo antes de tener efecto, hasta donde sabe Piloto.",
    notStarted: "No empezó.",
    cutInside: (characters) => `…(+${grupo(characters)})`,
    cutTotal: (characters) => `… (+${grupo(characters)} caracteres sin mostrar)`,
  },
  anyoneOn: (face) => `cualquiera en ${face}`,
  anyoneIn: (place, face) => `cualquiera de ${place} en ${face}`,
  andMore: (names, more) => `${names} y ${more} más`,
};

function pasos(n: number): string {
  return `${n} ${n === 1 ? "paso" : "pasos"}`;
}

function grupo(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ".");
}
