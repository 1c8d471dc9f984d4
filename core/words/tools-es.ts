import type { toolsEn } from "./tools-en.ts";

/** Lo que dice Piloto de una llamada a un servicio, en español. */
export const toolsEs: typeof toolsEn = {
  gone: (key) => `${key} ya no está registrada.`,
  changed: (key) => `${key} ya no es lo que era cuando se planeó. Pide un plan nuevo.`,
  notAllowed: (key) => `${key} no está permitida en este proyecto. Un administrador puede permitirla.`,
  changedSinceAllowed: (key) =>
    `${key} no está permitida en este proyecto: cambió desde que se permitió. Un administrador puede permitirla.`,
  offline: (service, baseUrl) =>
    `${service} está registrado como desconectado: se planea con él, pero no se le llama. Actualízalo cuando responda en ${baseUrl}.`,
  notCalled: (what, why) => `No se llamó a ${what}: ${why}`,
  redirect: (service, status, target) =>
    `${service} respondió ${status}${target ? ` y apunta a ${target}` : ""}; Piloto no sigue redirecciones.`,
  failed: (service, status) => `${service} falló con ${status}`,
  refused: (service, status) => `${service} lo rechazó con ${status}`,
  unreachable: (service, detail) => `No se pudo alcanzar ${service}: ${detail}.`,
  cut: (service, detail, status) =>
    `La conexión con ${service} se cortó${status === undefined ? "" : ` después de que respondiera ${status}`}: ${detail}.`,
  tooLarge: (service, status, megabytes) =>
    `${service} respondió${status === undefined ? "" : ` ${status}`} con más de ${megabytes} MB; el resto no se leyó.`,
  undecodable: (service, status, detail) =>
    `${service} respondió${status === undefined ? "" : ` ${status}`}, pero: ${detail}.`,
  timedOut: (service, status) =>
    `${service} no terminó su respuesta a tiempo${status === undefined ? "" : ` después de responder ${status}`}.`,
  stoppedUnderWay: (service) => `La llamada a ${service} se detuvo cuando ya estaba en marcha.`,
  stoppedUnsent: (service) => `La llamada a ${service} se detuvo antes de enviarse.`,
};
