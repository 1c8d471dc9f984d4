/** A moment as Piloto tells it: `09:05 UTC`, with the date when it lies on another day than `nowMs`. */
export function whenText(atMs: number, nowMs: number): string {
  const iso = new Date(atMs).toISOString();
  const time = `${iso.slice(11, 16)} UTC`;
  return iso.slice(0, 10) === new Date(nowMs).toISOString().slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`;
}
