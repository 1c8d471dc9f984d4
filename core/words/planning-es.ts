import type { planningEn } from "./planning-en.ts";

/** Lo que dice Piloto al proponer, cambiar y probar planes, en español. */
export const planningEs: typeof planningEn = {
  nothingWasDone:
    "No se ha hecho nada: el modelo habló como si hubiera actuado, pero nada se ejecuta antes de mostrar y confirmar un plan. ¿Qué debe pasar exactamente?",
  missingValue: (name, type, operation) => `«${name}» (${type}) para ${operation}`,
  askForMissing: (wanted) => `Necesito un valor antes de proponer un plan: ${wanted}. ¿Cuál debe ser?`,
  couldNotPlan: (why) =>
    `No pude convertir eso en un plan válido. ${why} ¿Puedes decirlo con otras palabras, con el servicio y los valores?`,
  rejectedBefore: (who, when) =>
    `${who} canceló justo estos pasos (${when}), así que no los propongo otra vez por mi cuenta. Si al final los quieres, di «proponlo otra vez».`,
  somebody: "Alguien",
  edit: {
    sayWhat: "Di qué cambiar: quitar o mover un paso, poner un argumento, o dilo con palabras.",
    noStep: (step, steps) => `No hay paso ${step}; el plan tiene los pasos 1 a ${steps}.`,
    lastStep: "Es el único paso. Para descartar todo el plan, pulsa Cancelar.",
    isUsed: (step, by) => `El paso ${step} no se puede quitar: el paso ${by} usa lo que devuelve.`,
    wouldComeLate: (step, before) =>
      `Ese orden no funciona: el paso ${before} usaría el resultado del paso ${step} antes de que exista.`,
    noArgument: (path) => `No hay un lugar «${path}» en los argumentos de ese paso.`,
    nothingChanged: "Eso no cambia nada en el plan.",
    invalid: (why) => `No se puede cambiar así: ${why}`,
    notAPlan: (answer) => `El plan sigue como está. ${answer}`,
    dropped: (step, what) => `paso ${step} quitado (${what})`,
    added: (step, what) => `paso ${step} añadido (${what})`,
    moved: (step, to) => `el paso ${step} es ahora el ${to}`,
    changed: (step, path, was, is) => `paso ${step}: ${path} ${was} → ${is}`,
    goal: (is) => `objetivo: ${is}`,
    absent: "(nada)",
  },
  dryRun: {
    head: "Simulación: solo se hicieron llamadas de lectura, no se cambió nada.",
    read: (step, what, result) => `${step}. ${what} → ${result}`,
    wouldCall: (step, what) => `${step}. llamaría a ${what} (no se llamó: cambia algo)`,
    waits: (step, what, why) => `${step}. ${what}: solo se sabrá en la ejecución real (${why})`,
    gone: (step, what) => `${step}. ${what}: esta operación ya no está registrada; el plan fallaría aquí`,
    notAllowed: (step, what) => `${step}. ${what}: esta operación no está permitida; el plan fallaría aquí`,
    isChanged: (step, what) => `${step}. ${what}: la operación cambió desde que se hizo el plan; el plan fallaría aquí`,
    invalid: (step, what, why) => `${step}. ${what}: el plan fallaría aquí: ${why}`,
    limit: "las llamadas de esta hora del proyecto se han agotado",
    stepsNotRead: (step) => `el paso ${step} no se llamó en la simulación`,
  },
};
