import type { conversationEn } from "./conversation-en.ts";

/** Lo que dice Piloto en una conversación, en español. */
export const conversationEs: typeof conversationEn = {
  greeting:
    "Hola, soy Piloto. Dime qué debe pasar: propongo un plan, alguien lo confirma y se ejecuta exactamente eso. Di «ayuda» para saber más.",
  thanks: "De nada.",
  refused: {
    tooLarge: (kilobytes, most) =>
      `Ese mensaje es demasiado grande: ${kilobytes} kB, y acepto como mucho ${most} kB. Envía uno más corto, por favor.`,
    empty: "Ese mensaje no tiene texto que pueda leer. Escribe qué debe pasar, por favor.",
    noProject: "Aquí todavía no hay ningún proyecto. Un administrador puede añadir uno en la configuración.",
  },
  stranger: (account) =>
    `No conozco a ${account} en este proyecto, así que no hago nada por esa cuenta. Un administrador puede añadirla en la configuración.`,
  mayNotPropose: (account) =>
    `${account} no puede proponer planes en este proyecto. Un administrador puede permitirlo en la configuración.`,
  nothing: {
    confirm: "No hay ningún plan pendiente de confirmar.",
    cancel: "No hay ningún plan que cancelar.",
    stop: "Aquí no se está ejecutando nada.",
    stopPending: "Aquí no se está ejecutando nada. Hay un plan pendiente: di «cancela» para descartarlo.",
    retry: "No hay ningún paso fallido que reintentar.",
    continue: "Ninguna ejecución espera una decisión.",
    abandon: "Ninguna ejecución espera una decisión.",
  },
  lastDecision: (goal, state, who, when) => `El último («${goal}») está ${state}; lo decidió ${who}, ${when}.`,
  lastRun: (goal, state) => `El último («${goal}») está ${state}.`,
  cameLate:
    "Ese plan llegó después de tu mensaje, así que tus palabras no lo decidieron. Míralo y dilo otra vez, por favor.",
  hold: "De acuerdo. Nada se ejecuta hasta que alguien confirme el plan.",
  unclear: (goal) =>
    `¿Te refieres al plan «${goal}»? Di «confirma» para ejecutarlo, «cancela» para descartarlo, o di qué cambiar.`,
  states: {
    draft: "pendiente de confirmar",
    queued: "confirmado y en cola",
    running: "en marcha",
    waiting: "a la espera de una decisión",
    done: "terminado",
    error: "fallido",
    cancelled: "cancelado",
    expired: "caducado",
    superseded: "sustituido por un plan más nuevo",
  },
  decided: {
    confirm: (who, when) => `Confirmado por ${who}, ${when}. Se ejecuta ahora.`,
    cancel: (who, when) => `Cancelado por ${who}, ${when}. No se ejecutó nada.`,
    stop: (who, when) => `${who} pidió detenerlo, ${when}.`,
    retry: (who, when) => `Se repite el paso fallido, como pidió ${who}, ${when}.`,
    continue: (who, when) => `Continuado por ${who}, ${when}.`,
    abandon: (who, when) => `Abandonado por ${who}, ${when}.`,
    edit: (revision, what) => `Cambiado; es la revisión ${revision}: ${what}`,
    "dry-run": "Simulación hecha.",
  },
  tooLate: {
    decided: (state, who, when) => `Demasiado tarde: el plan está ${state}, lo decidió ${who}, ${when}.`,
    undecided: (state) => `Eso no es posible ahora: el plan está ${state}.`,
    revised: (who, when) =>
      `${who} cambió el plan, ${when}, después de lo que viste. Mira la tarjeta nueva y decide allí, por favor.`,
    expired: (when) => `Demasiado tarde: el plan caducó, ${when}. No se ejecutó nada; pide un plan nuevo.`,
    superseded: (who, when) =>
      `Ese plan fue sustituido por uno más nuevo, pedido por ${who}, ${when}. No se ejecutó nada de él.`,
  },
  notFound: "No conozco ese plan.",
  somebody: "alguien",
  failure: {
    fleetEmpty:
      "Ahora no responde ninguna máquina con un modelo de lenguaje, así que no puedo pensarlo. Pregunta más tarde, por favor.",
    fleetBusy: "Todas las máquinas están ocupadas. Pregunta otra vez en un momento, por favor.",
    unreachable: "La máquina que estaba pensando dejó de responder. No se ejecutó nada. Pregunta otra vez, por favor.",
    modelMissing: (why) => `El modelo de lenguaje de este proyecto no está disponible. ${why}`,
    lacksAbility: (why) => `El modelo de lenguaje de este proyecto no sabe hacer eso. ${why}`,
    tooLarge: (why) => `Eso es más de lo que el modelo puede leer de una vez. ${why}`,
    stopped: "He dejado de pensar en eso. No se propuso ni se ejecutó nada.",
    other: (why) => `Eso no funcionó: ${why} No se ejecutó nada.`,
    bug: "Algo falló dentro de Piloto con ese mensaje. No se ejecutó nada por él. El registro tiene los detalles; pregunta otra vez, por favor.",
  },
  help: [
    "Dime con tus palabras qué debe pasar. Propongo un plan con las llamadas exactas; nada se ejecuta antes de que alguien lo confirme.",
    "En respuesta a un plan: «confirma», «cancela», «simula», o qué cambiar, como «no, mejor 300» o «quita el paso 2».",
    "Órdenes: /estado, /ejecuciones, /servicios, /flota, /stop, /whoami, /idioma en|es, /ayuda.",
  ].join("\n"),
  unknownCommand: (name) => `No existe la orden «/${name}». Di /ayuda para ver las que hay.`,
  status: {
    idle: "En este chat no hay nada pendiente ni en marcha.",
    pending: (run, goal, expires) => `Pendiente de confirmar: «${goal}» (…${run}), hasta ${expires}.`,
    active: (run, goal, state) => `Ahora: «${goal}» (…${run}) está ${state}.`,
    last: (run, goal, state) => `Último: «${goal}» (…${run}) está ${state}.`,
  },
  runs: {
    none: "Todavía no hay ejecuciones en este chat.",
    line: (run, goal, state, who) => `…${run} · ${state} · ${goal} · pedido por ${who}`,
  },
  services: {
    none: "No hay servicios registrados en este proyecto. Un administrador puede añadir uno: piloto services add.",
    line: (name, title, allowed, all, offline) =>
      `${name} · ${title} · ${allowed} de ${all} operaciones permitidas${offline}`,
    offline: " · sin conexión",
  },
  fleet: {
    none: "No hay máquinas en la flota.",
    line: (name, health, resident, inFlight) => `${name} · ${health} · en memoria: ${resident} · ${inFlight} en curso`,
    nothing: "nada",
    health: { up: "activa", down: "caída", unknown: "aún sin datos" },
    models: (names) => `Modelos: ${names}`,
  },
  whoami: (account, may) => `Eres ${account}. Aquí puedes: ${may}.`,
  permissions: { propose: "proponer", confirm: "confirmar", administer: "administrar", none: "nada" },
  language: { set: "Ahora hablo español aquí.", unknown: "Hablo inglés (en) y español (es): /idioma en o /idioma es." },
};
