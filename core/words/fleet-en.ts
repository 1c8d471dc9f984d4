import { roundWait } from "../domain/round-wait.ts";

/** What Piloto says about waiting for a GPU PC, in English. */
export const fleetEn = {
  /** `aboutMs`: how long the wait may take, unrounded; absent when nobody can tell. */
  loading: (model: string, node: string | undefined, aboutMs: number | undefined) =>
    after(aboutMs, `${model} is loading${node === undefined ? "" : ` on ${node}`}.`),
  busy: (model: string, ahead: number, aboutMs: number | undefined) =>
    after(aboutMs, ahead > 0 ? `${requests(ahead)} before yours.` : `every PC for ${model} is busy.`),
  noPc: "No PC answers right now; your message waits for one.",
  /** In the place of a notice, once a model is at work. */
  atWork: "Piloto is thinking",
  /** In the place of a notice, above the card of the plan. */
  hereIsThePlan: "Here is the plan.",
};

const requests = (count: number) => (count === 1 ? "1 request goes" : `${count} requests go`);

function after(aboutMs: number | undefined, why: string): string {
  if (aboutMs === undefined) return `Waiting: ${why}`;
  return `${howLong(roundWait(aboutMs))}: ${why}`;
}

function howLong(ms: number): string {
  if (ms === 0) return "A moment";
  if (ms < 60_000) return `About ${ms / 1000} s`;
  if (ms >= 600_000) return `${ms / 60_000} minutes or more`;
  return `About ${ms === 60_000 ? "1 minute" : `${ms / 60_000} minutes`}`;
}
