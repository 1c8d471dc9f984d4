import type { inboxEn } from "./inbox-en.ts";

/** Lo que Piloto contesta cuando algo entra por una aplicación de chat, solo a una persona, en español. */
export const inboxEs: typeof inboxEn = {
  asked: " pidió: ",
  called: " escribió una llamada: ",
  onIt: "Estoy en ello, en el hilo.",
  elsewhere: "No estoy en ese canal, así que seguimos en nuestros mensajes directos. Invítame para que trabaje allí.",
  notHere: "No estoy configurado para trabajar en este lugar. Un administrador puede añadirlo en la configuración.",
  unclear: {
    "ask-what": "¿Qué debe pasar? Escríbelo tras la orden: /piloto ask ¿qué piezas escasean?",
    "call-how": 'Escribe una llamada así: /piloto call workshop "PUT /parts/{id}/stock" id=M8 quantity=400',
    arguments:
      'No puedo leer esos argumentos. Escribe clave=valor, entre comillas si hay espacios, o un objeto JSON: {"path": {"id": "M8"}}',
    unknown: (found) =>
      `No existe la orden «${found}». Escribe /piloto help para ver las que hay, o dilo con palabras.`,
  },
  call: {
    notAllowed: "No puedes proponer llamadas en este proyecto. Un administrador puede permitirlo en la configuración.",
    problems: (problems) => `Esa llamada no es posible. ${problems}`,
  },
  stop: {
    nothing: "Aquí no se está ejecutando nada.",
    which: (runs) =>
      `Aquí se ejecutan varias cosas. Pulsa Detener en una tarjeta, o escribe /piloto stop y el final de un nombre:\n${runs}`,
    line: (run, goal) => `…${run} · ${goal}`,
  },
  noText: "Ese mensaje no contiene texto que yo pueda leer.",
  files: {
    left: (files) => `Sigo sin algunos de los archivos: ${files}.`,
    why: {
      "too-large": (megabytes) => `más de ${megabytes} MB`,
      "too-many": (most) => `más de ${most} archivos`,
      "not-allowed": "no puedo leerlo",
      "not-there": "no se pudo obtener",
    },
  },
  edit: {
    notKept: "El plan no se cambió",
  },
  formFailed: "El formulario no se pudo abrir. Pulsa Editar otra vez, o di con palabras qué cambiar.",
  notKept: "No pude guardarlo: mi memoria no contestó. Envíalo otra vez en un momento.",
  failed: "Algo falló dentro de Piloto. Los detalles están en el registro; inténtalo de nuevo.",
};
