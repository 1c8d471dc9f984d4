import { roundWait } from "../domain/round-wait.ts";
import type { fleetEn } from "./fleet-en.ts";

/** Lo que dice Piloto cuando hay que esperar a un PC con GPU, en español. */
export const fleetEs: typeof fleetEn = {
  loading: (model, node, aboutMs) =>
    after(aboutMs, `${model} se está cargando${node === undefined ? "" : ` en ${node}`}.`),
  busy: (model, ahead, aboutMs) =>
    after(aboutMs, ahead > 0 ? `${requests(ahead)} antes que la tuya.` : `todos los PC para ${model} están ocupados.`),
  noPc: "Ahora mismo no responde ningún PC; tu mensaje espera a que responda uno.",
  atWork: "Piloto está pensando",
  hereIsThePlan: "Aquí está el plan.",
};

const requests = (count: number) => (count === 1 ? "va 1 petición" : `van ${count} peticiones`);

function after(aboutMs: number | undefined, why: string): string {
  if (aboutMs === undefined) return `En espera: ${why}`;
  return `${howLong(roundWait(aboutMs))}: ${why}`;
}

function howLong(ms: number): string {
  if (ms === 0) return "Un momento";
  if (ms < 60_000) return `Unos ${ms / 1000} s`;
  if (ms >= 600_000) return `${ms / 60_000} minutos o más`;
  return ms === 60_000 ? "Más o menos 1 minuto" : `Unos ${ms / 60_000} minutos`;
}
