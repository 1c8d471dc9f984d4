import type { runningEn } from "./running-en.ts";

/** Lo que dice Piloto sobre decisiones y ejecución, en español. */
export const runningEs: typeof runningEn = {
  mayNot: {
    confirm: (who) =>
      `${who} no puede confirmar planes en este proyecto. No cambió nada; pídeselo a alguien que pueda.`,
    end: (who) =>
      `${who} no puede terminar esto: solo quien lo pidió, o alguien que pueda confirmar planes aquí. No cambió nada.`,
  },
  noProject: "El proyecto de este chat ya no existe, así que nadie puede decidir aquí. Avisa a un administrador.",
  chatIsBusy: (run) =>
    `La ejecución …${run} de este chat no ha terminado, y un chat ejecuta un plan a la vez. No se gastó nada: pulsa otra vez cuando termine, o detenla antes.`,
  planWasAltered:
    "El plan guardado no es el que se mostró, así que no se ejecuta. Pídelo de nuevo y avisa a un administrador para que revise la auditoría.",
  expired: (goal, run) =>
    `Nadie confirmó «${goal}» (…${run}) a tiempo, así que caducó. No se ejecutó nada; pídelo de nuevo si hace falta.`,
  needsDecision: (goal, step) =>
    `«${goal}» espera una decisión: el paso ${step} puede haber surtido efecto o no. Mira la tarjeta.`,
  reason: {
    processDied: (step) => `Piloto se detuvo durante el paso ${step} y no se sabe cómo acabó`,
    noClearAnswer: (step, summary) => `el paso ${step} acabó sin una respuesta clara: ${summary}`,
    stepFailed: (step, summary) => `paso ${step}: ${summary}`,
    stopped: (who) => `${who} pulsó Detener`,
    abandoned: (who) => `abandonado por ${who}`,
    outOfTime: (seconds) =>
      `la ejecución tardó más de los ${seconds} segundos que permite este proyecto; lo terminado queda hecho`,
    outOfCalls: (max, at) =>
      `se agotaron las llamadas que este proyecto puede hacer en una hora (${max}); sigue sola a las ${at} UTC`,
    waitsToRetry: (step, summary) => `el paso ${step} se repite pronto: ${summary}`,
    handedBack: "Piloto se detuvo entre dos pasos; sigue por sí solo",
    keepsDying: (step, times) =>
      `Piloto se detuvo ${times} veces durante el paso ${step}, así que no se repite por sí solo`,
  },
  refusal: {
    noProject: "el proyecto ya no existe; avisa a un administrador",
    confirmerLost: (who) =>
      `${who}, que decidió ejecutarlo, ya no puede confirmar planes; alguien que pueda debe pulsar Reintentar`,
    notAutomatic:
      "los planes de este proyecto ahora necesitan confirmación; alguien que pueda confirmar debe pulsar Reintentar",
    noTool: (tool) => `${tool} ya no está registrada; pide un plan nuevo`,
    toolOff: (tool) => `${tool} ya no está permitida; un administrador puede permitirla, y luego pulsa Reintentar`,
    toolChanged: (tool) => `${tool} cambió desde que se hizo el plan, así que no se llamó; pide un plan nuevo`,
    noReference: (reference, why) => `${reference} no se puede completar: ${why}`,
    badArgs: (problems) => `los argumentos no encajan con los resultados anteriores: ${problems}`,
  },
  outcome: {
    timedOut: (seconds) => `Sin respuesta en ${seconds} s.`,
    runOutOfTime: "El tiempo de la ejecución acabó antes de que llegara una respuesta.",
    stoppedUnsent: "Se detuvo antes de enviarse.",
    noReaction: "Se le pidió terminar y no reaccionó; no se sabe si surtió efecto.",
    broke: "La llamada falló dentro de Piloto; no se sabe si surtió efecto.",
    shutDown: "Piloto se detuvo antes de que llegara una respuesta.",
  },
};
