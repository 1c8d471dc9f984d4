import type { menuEn } from "./menu-en.ts";

/** Lo que responde Piloto a las órdenes del menú de una aplicación, a una sola persona, en español. */
export const menuEs: typeof menuEn = {
  help: [
    "Dime con tus palabras qué debe pasar: mencióname, escríbeme directamente o usa el menú. Propongo un plan con las llamadas exactas; nada se ejecuta antes de que alguien lo confirme.",
    "En respuesta a un plan: «confirma», «cancela», «simula», o qué cambiar, como «no, mejor 300» o «quita el paso 2».",
    "En el menú, /piloto ask y /piloto plan empiezan una conversación con lo que escribas detrás; /piloto call hace un plan de una sola llamada exacta.",
    "Solo para ti: /piloto runs, status, stop, services, fleet, whoami, y link, que hace una sola persona de tus cuentas en dos aplicaciones.",
  ].join("\n"),
  status: {
    idle: "En este proyecto no hay nada pendiente ni en marcha.",
    more: (more) => `… y ${more} más.`,
    noRun: (typed) =>
      `No conozco una única ejecución que acabe en «${typed}». Escribe más de su identificador, como lo muestra la tarjeta.`,
    head: (run, state, goal, who) => `…${run} · ${state} · ${goal} · pedido por ${who}`,
    step: (step, state, operation, note) => `${step}. ${operation} · ${state}${note ? ` · ${note}` : ""}`,
    steps: {
      pending: "sin empezar",
      running: "en marcha",
      done: "hecho",
      error: "fallido",
      skipped: "omitido",
      cancelled: "detenido",
      unknown: "no se sabe cómo acabó",
    },
  },
  noRuns: "Todavía no hay ejecuciones en este proyecto.",
  name: (name) => `Nombre: ${name}.`,
  groups: (groups) => `Grupos que cuentan aquí: ${groups}.`,
  linked: (accounts) => `Vinculada con: ${accounts}.`,
  notLinked: "No está vinculada con otra cuenta.",
  languageNeedsChat: "El idioma pertenece a una conversación. Mencióname en una con /idioma en o /idioma es.",
  link: {
    code: (code, minutes) =>
      `Tu código es ${code}. En la otra aplicación, escríbelo tras la orden link de Piloto antes de ${minutes} minutos, con tu propia cuenta. Sirve una vez. No se lo des a nadie: quien lo escriba contará como tú.`,
    tooManyCodes: "Ya creaste bastantes códigos en esta hora. Prueba en la siguiente, por favor.",
    tooManyTries: "Falló demasiadas veces en esta hora. Prueba en la siguiente, por favor.",
    wrong: "Ese código no vale: es erróneo, ya se usó o tiene más de diez minutos. Crea otro en la otra aplicación.",
    own: "Ese código lo creaste con esta misma cuenta, así que ya no sirve. Crea otro aquí y escríbelo en la otra aplicación.",
    same: (other) => `Esta cuenta y ${other} ya son una sola persona.`,
    tooManyAccounts: (most) => `Una persona puede tener como mucho ${most} cuentas. Desvincula una antes.`,
    done: (accounts) =>
      `Hecho: esta cuenta y ${accounts} son ahora una sola persona. Lo que puede una, lo pueden todas. Para deshacerlo: link unlink.`,
    undone: (accounts) => `Esta cuenta vuelve a estar sola; estaba vinculada con ${accounts}.`,
    notHere:
      "Un código de vinculación no debe verlo nadie más, así que no es para una conversación. Usa la orden link del menú de Piloto. Si escribiste un código aquí, ya no sirve.",
  },
  stop: {
    thinking: "He dejado de pensar en eso. No se propuso ni se ejecutó nada por ello.",
  },
  files: {
    only: "(archivos)",
    tooMany: (count, most) =>
      `Ese mensaje trae ${count} archivos, y acepto como mucho ${most}. Envía menos, por favor.`,
    tooLarge: (megabytes, most) =>
      `Los archivos de ese mensaje son demasiado grandes: ${megabytes} MB en total, y acepto como mucho ${most} MB. Envía otros más pequeños, por favor.`,
  },
};
