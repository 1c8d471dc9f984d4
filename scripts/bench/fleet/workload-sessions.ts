import type { Random } from "./workload-random.ts";
import { createRandom } from "./workload-random.ts";
import type { DraftRequest, WorkloadOptions } from "./workload-shapes.ts";
import { mixOf } from "./workload-shapes.ts";

/**
 * Mooncake's conversation trace, all lengths divided by ten as the specification of the workload has it: prompts with
 * a median of 690 and a mean of 1,200 tokens, answers of 34 on average, blocks of 512 / 10 tokens.
 */
const FIRST_PROMPT = { medianTokens: 330, sigma: 1.4 };
const NEW_TEXT_TOKENS = 110;
const ANSWER_TOKENS = 34;
const BLOCK_TOKENS = 51;
const MEAN_TURNS = 3.5;
const LONGEST_PROMPT = 12_000;
const THINK_MS = 60_000;

/**
 * W4: people in long chats. Sessions begin at random (Poisson), each stays with one model, and every turn sends
 * everything that was said before, so that prompts grow and share their beginning (`hashIds`).
 */
export function longSessions(options: WorkloadOptions, perSecond: number): DraftRequest[] {
  const { count, seed, models } = options;
  const mix = mixOf(options);
  const random = createRandom(seed + 4000);
  const out: DraftRequest[] = [];
  let startMs = 0;
  let lastBlock = 0;
  for (let session = 1; out.length < count * 1.5; session++) {
    startMs += random.exponential((MEAN_TURNS * 1000) / perSecond);
    const model = models[random.weighted(mix)]!;
    const turns = oneSession(random, () => ++lastBlock);
    out.push(...turns.map((turn) => ({ ...turn, atMs: startMs + turn.atMs, model, session: `long-${session}` })));
  }
  out.sort((a, b) => a.atMs - b.atMs);
  // At the beginning nobody is in the middle of a chat yet: that part is left out.
  const from = Math.floor(count * 0.2);
  const kept = out.slice(from, from + count);
  const firstMs = kept[0]!.atMs;
  const stretch = (kept.length * 1000) / perSecond / (kept.at(-1)!.atMs - firstMs || 1);
  return kept.map((request) => ({ ...request, atMs: (request.atMs - firstMs) * stretch }));
}

function oneSession(random: Random, nextBlock: () => number): Omit<DraftRequest, "model" | "session">[] {
  const turns: Omit<DraftRequest, "model" | "session">[] = [];
  const blocks: number[] = [];
  let promptTokens = Math.round(FIRST_PROMPT.medianTokens * Math.exp(FIRST_PROMPT.sigma * random.normal())) + 10;
  let atMs = 0;
  do {
    promptTokens = Math.min(promptTokens, LONGEST_PROMPT);
    const whole = Math.ceil(promptTokens / BLOCK_TOKENS);
    while (blocks.length < whole) blocks.push(nextBlock());
    const answerTokens = 1 + Math.round(random.exponential(ANSWER_TOKENS));
    turns.push({ atMs, promptTokens, answerTokens, class: "interactive", hashIds: blocks.slice(0, whole) });
    promptTokens += answerTokens + Math.round(random.exponential(NEW_TEXT_TOKENS));
    atMs += random.exponential(THINK_MS);
  } while (random.uniform() < 1 - 1 / MEAN_TURNS);
  return turns;
}
