/** What a request asks of a PC. */
export interface Work {
  readonly promptTokens: number;
  readonly answerTokens: number;
}

interface Smoothed {
  /** Logarithm of the value. */
  log: number;
  seen: number;
}

/**
 * How fast PCs are, learned from what requests took. One PC's speed times one model's base guesses a pair that was
 * never seen; a pair that was is known by itself. Rates are those of a request alone: with b at work on the PC each
 * is slower by b to the power of `contention`, learned too.
 */
export interface LearnedRates {
  readonly prefill: Map<string, Smoothed>;
  readonly decode: Map<string, Smoothed>;
  /** By model, at speed 1. */
  readonly modelPrefill: Map<string, Smoothed>;
  readonly modelDecode: Map<string, Smoothed>;
  /** By PC; 1 is the middle of the fleet. */
  readonly speed: Map<string, Smoothed>;
  /** Bytes a millisecond, by PC; and milliseconds, by pair. */
  readonly loadRate: Map<string, Smoothed>;
  readonly load: Map<string, Smoothed>;
  /** By model, share and length of the prompt. */
  readonly answers: Map<string, Smoothed>;
  contention: number;
}

/** A middling card: 450 GB/s of memory, and twenty times as many prompt tokens as it writes, at most 6,000 a second. */
const PRIOR_BYTES_PER_S = 450e9;
const PRIOR_SIZE = 5e9;
const PRIOR_LOAD_BYTES_PER_MS = 1e6;
const PRIOR_ANSWER = 250;
const MOST_ANSWERS = 5_000;
const FIRST_CONTENTION = 0.3;

export function noRates(): LearnedRates {
  return {
    prefill: new Map(),
    decode: new Map(),
    modelPrefill: new Map(),
    modelDecode: new Map(),
    speed: new Map(),
    loadRate: new Map(),
    load: new Map(),
    answers: new Map(),
    contention: FIRST_CONTENTION,
  };
}

const pair = (node: string, model: string) => `${node}\n${model}`;

/** Prompt tokens a second for a request alone there. */
export function prefillRate(rates: LearnedRates, node: string, model: string, sizeBytes?: number): number {
  const base = rates.modelPrefill.get(model);
  const guess = base ? Math.exp(base.log) : Math.min(8_000, (60 * PRIOR_BYTES_PER_S) / (sizeBytes ?? PRIOR_SIZE));
  return blend(rates.prefill.get(pair(node, model)), guess * speedOf(rates, node));
}

/** Generated tokens a second for a request alone there. */
export function decodeRate(rates: LearnedRates, node: string, model: string, sizeBytes?: number): number {
  const base = rates.modelDecode.get(model);
  const guess = base ? Math.exp(base.log) : Math.min(300, PRIOR_BYTES_PER_S / (sizeBytes ?? PRIOR_SIZE));
  return blend(rates.decode.get(pair(node, model)), guess * speedOf(rates, node));
}

/** Whether the pair was seen often enough to tell waiting from working. */
export function isWellKnown(rates: LearnedRates, node: string, model: string): boolean {
  return (rates.prefill.get(pair(node, model))?.seen ?? 0) >= 3;
}

export function speedOf(rates: LearnedRates, node: string): number {
  const speed = rates.speed.get(node);
  return speed === undefined ? 1 : Math.exp(speed.log);
}

export function loadMsOf(rates: LearnedRates, node: string, model: string, sizeBytes?: number): number {
  const known = rates.load.get(pair(node, model));
  if (known) return Math.exp(known.log);
  const rate = rates.loadRate.get(node);
  return (sizeBytes ?? PRIOR_SIZE) / (rate ? Math.exp(rate.log) : PRIOR_LOAD_BYTES_PER_MS);
}

/** Each of b requests at work on a PC takes so many times as long as alone. */
export function slowDown(rates: LearnedRates, streams: number): number {
  return streams <= 1 ? 1 : streams ** rates.contention;
}

/** Tokens an answer will have; `maxTokens` bounds it. */
export function answerTokensOf(
  rates: LearnedRates,
  { model, share, promptTokens, maxTokens }: { model: string; share: string; promptTokens: number; maxTokens?: number },
): number {
  const known = rates.answers.get(answerKey(model, share, promptTokens)) ?? rates.answers.get(model);
  const guess = known ? Math.exp(known.log) : PRIOR_ANSWER;
  return Math.max(1, Math.min(guess, maxTokens ?? Number.POSITIVE_INFINITY));
}

/** What a request took: tokens and milliseconds of a phase, with so many at work on the PC on average. */
export interface Taken {
  readonly tokens: number;
  readonly ms: number;
  readonly streams: number;
}

export function learnPrefill(rates: LearnedRates, node: string, model: string, taken: Taken): void {
  if (taken.tokens < 32) return;
  learnRate(rates, { pairs: rates.prefill, models: rates.modelPrefill, bounds: [1, 1e6] }, { node, model, taken });
}

export function learnDecode(rates: LearnedRates, node: string, model: string, taken: Taken): void {
  if (taken.tokens < 8) return;
  learnRate(rates, { pairs: rates.decode, models: rates.modelDecode, bounds: [0.1, 1e4] }, { node, model, taken });
}

export function learnLoad(rates: LearnedRates, node: string, model: string, ms: number, sizeBytes?: number): void {
  if (!(ms > 0) || ms > 3_600_000) return;
  smooth(rates.load, pair(node, model), Math.log(ms), 0.5);
  if (sizeBytes !== undefined && sizeBytes > 0) smooth(rates.loadRate, node, Math.log(sizeBytes / ms), 0.3);
}

export function learnAnswer(
  rates: LearnedRates,
  model: string,
  share: string,
  promptTokens: number,
  tokens: number,
): void {
  if (!(tokens >= 1) || tokens > 1e6) return;
  smooth(rates.answers, model, Math.log(tokens), 0.05);
  smooth(rates.answers, answerKey(model, share, promptTokens), Math.log(tokens), 0.1);
  if (rates.answers.size > MOST_ANSWERS) forgetOldest(rates.answers);
}

/** The oldest of one share; those of whole models stay, all others fall back on them. */
function forgetOldest(answers: Map<string, Smoothed>): void {
  for (const [key, known] of answers) {
    answers.delete(key);
    if (key.includes("\n")) return;
    answers.set(key, known); // behind the others: it is not passed over each time
  }
}

function answerKey(model: string, share: string, promptTokens: number): string {
  return `${model}\n${share}\n${Math.floor(Math.log2(Math.max(1, promptTokens)))}`;
}

function learnRate(
  rates: LearnedRates,
  kind: { pairs: Map<string, Smoothed>; models: Map<string, Smoothed>; bounds: readonly [number, number] },
  { node, model, taken }: { node: string; model: string; taken: Taken },
): void {
  const raw = (taken.tokens / taken.ms) * 1000;
  if (!Number.isFinite(raw) || raw < kind.bounds[0] || raw > kind.bounds[1]) return;
  const known = kind.pairs.get(pair(node, model));
  if (known !== undefined && known.seen >= 5) learnContention(rates, known.log, raw, taken.streams);
  const alone = Math.log(raw * slowDown(rates, taken.streams));
  smooth(kind.pairs, pair(node, model), alone, 0.25);
  const speed = rates.speed.get(node)?.log ?? 0;
  smooth(kind.models, model, alone - speed, 0.1);
  smooth(rates.speed, node, alone - kind.models.get(model)!.log, 0.1);
}

/** With several at work: how much slower than alone, as a power of their number. */
function learnContention(rates: LearnedRates, aloneLog: number, raw: number, streams: number): void {
  if (streams < 1.5) return;
  const seen = (aloneLog - Math.log(raw)) / Math.log(streams);
  rates.contention += 0.01 * (Math.min(1, Math.max(0, seen)) - rates.contention);
}

/** The first value counts as it is, later ones by `part`; one that is far off moves it no more than a step. */
function smooth(into: Map<string, Smoothed>, key: string, log: number, part: number): void {
  const known = into.get(key);
  if (known === undefined) {
    into.set(key, { log, seen: 1 });
    return;
  }
  known.seen += 1;
  const step = Math.min(0.7, Math.max(-1.4, log - known.log));
  // Slower than known is believed sooner than faster: a PC that went slow is to be avoided at once.
  known.log += Math.max(step < -0.5 ? 0.5 : part, 1 / known.seen) * step;
}

/** A pair that was seen once or twice is trusted half. */
function blend(known: Smoothed | undefined, guess: number): number {
  if (known === undefined) return guess;
  const trust = known.seen / (known.seen + 1);
  return Math.exp(trust * known.log + (1 - trust) * Math.log(guess));
}
