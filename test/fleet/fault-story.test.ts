import { setMaxListeners } from "node:events";
import { expect, test } from "vitest";
import type { Fault, PcControl } from "../../src/demo/simulated-pc-control.ts";
import { fastClock } from "../support/fast-clock.ts";
import { until } from "../support/until.ts";
import { ask, chatsSeen, model, NEVER, pc, simulate } from "./simulation.ts";

const NAMES = ["one", "two", "three", "four"];
const MODELS = ["small:8b", "other:3b"];

/** Four PCs at twenty times their speed, each with room for both models; the last is slow. */
async function openHouse() {
  const models = (decodeTokensPerSecond: number) =>
    MODELS.map((name) => model(name, { numParallel: 2, sizeBytes: 3e9, decodeTokensPerSecond }));
  const pcs = NAMES.map((name) => ({ ...pc(name, ...models(name === "four" ? 30 : 120)), loadBytesPerSecond: 3e9 }));
  const situation = await simulate(pcs, {
    ...{ clock: fastClock(20), timeFactor: 1 },
    fleet: { timing: { waitMs: { interactive: 3_600_000, batch: 3_600_000 } } },
  });
  situation.fleet.start();
  await situation.fleet.models();
  return situation;
}

type House = Awaited<ReturnType<typeof openHouse>>;

interface Ending {
  readonly text: string;
  readonly code?: string;
  readonly said?: string;
  readonly hasBegun: boolean;
}

/** Asks, and notes how each request ended, once for each time that it did. */
function asker({ fleet }: House) {
  const endings: Ending[] = [];
  const begun = new Set<string>();
  let asked = 0;

  function askOne(signal: AbortSignal, priority: "interactive" | "batch"): Promise<void> {
    asked += 1;
    const text = `request ${asked} has some words to say so that its answer takes a while in pieces`;
    const request = ask(text, {
      ...{
        priority,
        model: MODELS[asked % MODELS.length],
        share: `project ${asked % 3}`,
        affinity: `chat ${asked % 17}`,
      },
      onText: () => begun.add(text),
    });
    return fleet.chat(request, signal).then(
      ({ text: said }) => void endings.push({ text, said, hasBegun: true }),
      ({ code }: { code: string }) => void endings.push({ text, code, hasBegun: begun.has(text) }),
    );
  }

  const askMany = (count: number, signal = NEVER) =>
    Promise.all(Array.from({ length: count }, (_, i) => askOne(signal, i % 10 === 9 ? "batch" : "interactive")));
  return { endings, askMany, answered: () => endings.filter(({ said }) => said !== undefined).length };
}

const times = (count: number, fault: Fault): Fault[] => Array.from({ length: count }, () => fault);

const STORM: Fault[] = times(15, {
  kind: "status",
  status: 503,
  error: "server busy, please try again.  maximum pending requests exceeded",
});
const BREAKS: Fault[] = [
  ...times(2, { kind: "error-line", chunks: 3, error: "CUDA error" }),
  ...times(2, { kind: "disconnect", chunks: 2 }),
  ...times(2, { kind: "disconnect", chunks: 0 }),
];
/** Accepts, and never answers: requests, and looks. */
const HANGS: Fault[] = [
  ...times(4, { kind: "hang", chunks: 0 }),
  ...times(4, { kind: "hang", path: "/api/ps", chunks: 0 }),
];

test("through kill, hang, storm, broken answers, cut sockets and return no request is lost or answered twice", async () => {
  const house = await openHouse();
  const { fleet, control } = house;
  const { endings, askMany, answered } = asker(house);
  const leaver = new AbortController();
  setMaxListeners(0, leaver.signal);
  const all = [askMany(180), askMany(20, leaver.signal)];

  await until("it is under way", () => answered() >= 20, 20_000);
  await control("one").goDown();
  control("two").faults.push(...STORM);
  control("three").faults.push(...BREAKS);
  control("four").faults.push(...HANGS);
  leaver.abort();
  await until("half is done", () => answered() >= 90, 20_000);
  await control("one").comeBack();
  all.push(askMany(60));
  await Promise.all(all);

  expect(endings).toHaveLength(260);
  expect(new Set(endings.map(({ text }) => text)).size).toBe(260);
  for (const { text, said } of endings) if (said !== undefined) expect(said).toBe(text);
  const failed = endings.filter(({ code }) => code !== undefined && code !== "CANCELLED");
  expect(failed.filter(({ code, hasBegun }) => code !== "ANSWER_CUT_OFF" || !hasBegun)).toEqual([]);
  expect(failed.length).toBeLessThanOrEqual(40);

  const wholeAnswers = NAMES.flatMap((name) => wholeAnswersOf(control(name)));
  expect(new Set(wholeAnswers).size).toBe(wholeAnswers.length);
  await slotsAreFree(house);
  for (const name of NAMES) loadsAreKept(control(name), name !== "one");

  for (const name of ["two", "three", "four"]) await fleet.router.drain(name, true);
  const before = chatsSeen(control("one")).length;
  const late = asker(house);
  await late.askMany(6);
  expect(late.answered()).toBe(6);
  expect(chatsSeen(control("one")).length).toBe(before + 6);
}, 40_000);

/** What this PC said to the end, to whoever had asked. */
function wholeAnswersOf({ seen }: PcControl): string[] {
  return seen
    .filter(({ path, state }) => path === "/api/chat" && state === "answered")
    .map(({ body }) => (body as { messages: { content: string }[] }).messages[0]!.content);
}

async function slotsAreFree({ fleet, control }: House): Promise<void> {
  const { copies, queues, nodes } = fleet.router.overview();
  expect(copies.filter(({ inFlight }) => inFlight > 0)).toEqual([]);
  expect(nodes.filter(({ inFlight }) => inFlight > 0)).toEqual([]);
  expect(queues.filter(({ interactive, batch }) => interactive + batch > 0)).toEqual([]);
  const isIdle = (name: string) => Object.values(control(name).counts()).every((count) => count === 0);
  await until("the PCs work on nothing", () => NAMES.every(isIdle));
}

/** Nothing was loaded while it was in memory, and no load was aborted but by a PC that died. */
function loadsAreKept({ events }: PcControl, isAlive: boolean): void {
  const loaded = new Set<string>();
  for (const [what, name] of events.map((event) => event.split(" ") as [string, string])) {
    if (what === "loading") expect(loaded).not.toContain(name);
    if (what === "loaded") loaded.add(name);
    if (what === "unloaded") loaded.delete(name);
  }
  if (isAlive) expect(events.filter((event) => event.startsWith("load-aborted"))).toEqual([]);
}
