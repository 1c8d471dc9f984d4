import { isOrphan, type Move, movesFor } from "./place-moves.ts";
import type { PlacementOptions } from "./place-options.ts";
import type { Picture, PictureModel } from "./place-picture.ts";
import { settleAll } from "./place-predict.ts";
import { type Balance, balanceSince, perform, pricesOf } from "./place-try.ts";
import type { PlacementView } from "./placement-shape.ts";

/** Moves that belong together, and what they save together. */
interface Chain {
  readonly moves: readonly Move[];
  readonly gainMs: number;
}

export interface Found {
  /** In the order in which they were taken. A later one may take back an earlier one's copy. */
  readonly moves: readonly (Move & { readonly gainMs: number })[];
  /** How many moves were tried: what a call costs. */
  readonly tried: number;
}

interface Search {
  readonly view: PlacementView;
  readonly picture: Picture;
  readonly options: PlacementOptions;
  tried: number;
}

/**
 * Local search from the present placement: tries moves and short chains of moves, takes those that pay, best first,
 * each checked again beside those before it, until none pays or the budget of tries is spent.
 */
export function searchMoves(view: PlacementView, picture: Picture, options: PlacementOptions): Found {
  const search: Search = { view, picture, options, tried: 0 };
  const taken: (Move & { gainMs: number })[] = serveOverdue(search);
  for (;;) {
    const chains = lookRound(search);
    const before = taken.length;
    for (const chain of chains) {
      if (!take(search, chain)) continue;
      taken.push(...chain.moves.map((move) => ({ ...move, gainMs: chain.gainMs })));
    }
    if (taken.length === before || search.tried >= options.maxMoves) return { moves: taken, tried: search.tried };
    settleAll(picture, options);
  }
}

/** Models that have waited longest and are nowhere come first, whatever it costs the others. */
function serveOverdue(search: Search): (Move & { gainMs: number })[] {
  const { view, picture, options } = search;
  const taken: (Move & { gainMs: number })[] = [];
  const overdue = picture.models.filter((model) => isOverdue(model, options));
  for (const model of overdue.sort((a, b) => b.demand.oldestWaitMs - a.demand.oldestWaitMs)) {
    const best = bestOf(search, movesFor(view, picture, model, options));
    if (best === undefined) continue;
    attempt(search, best.move);
    taken.push({ ...best.move, gainMs: Math.max(1, best.net) });
  }
  return taken;
}

function isOverdue(model: PictureModel, options: PlacementOptions): boolean {
  const { demand } = model;
  const isBatch = (demand.waitingInteractive ?? demand.interactiveShare) === 0;
  return isOrphan(model) && demand.oldestWaitMs >= (isBatch ? options.batchPatienceMs : options.patienceMs);
}

/** Of these the one that saves most, or costs least. */
function bestOf(search: Search, moves: readonly Move[]): { move: Move; net: number } | undefined {
  const now = pricesOf(search.picture);
  let best: { move: Move; net: number } | undefined;
  for (const move of moves) {
    if (search.tried >= search.options.maxMoves) break;
    const undo = attempt(search, move);
    const { benefitMs, harmMs } = balanceSince(search.picture, now);
    undo();
    if (best === undefined || benefitMs - harmMs > best.net) best = { move, net: benefitMs - harmMs };
  }
  return best;
}

/** Single moves that pay, best first; when none does, chains that pay. */
function lookRound(search: Search): Chain[] {
  const before = pricesOf(search.picture);
  const paying: Chain[] = [];
  const losing: { move: Move; net: number }[] = [];
  for (const move of candidates(search)) {
    if (search.tried >= search.options.maxMoves) break;
    const undo = attempt(search, move);
    const balance = balanceSince(search.picture, before);
    const net = balance.benefitMs - balance.harmMs;
    if (pays(search, [move], balance)) paying.push({ moves: [move], gainMs: Math.max(1, net) });
    else if (balance.benefitMs > 0 && balance.harmMs > 0) losing.push({ move, net });
    undo();
  }
  if (paying.length > 0) return paying.sort((a, b) => b.gainMs - a.gainMs);
  losing.sort((a, b) => b.net - a.net);
  const chains = losing.slice(0, search.options.maxChains).map(({ move }) => lengthen(search, move, before));
  return chains.filter((chain) => chain !== undefined).sort((a, b) => b.gainMs - a.gainMs);
}

/** Makes a losing move and looks for moves that make good what it costs the others. */
function lengthen(search: Search, first: Move, before: readonly number[]): Chain | undefined {
  const moves = [first];
  const undo = [attempt(search, first)];
  let found: Chain | undefined;
  while (found === undefined && moves.length < search.options.maxChain) {
    const next = bestRepair(search, before);
    if (next === undefined) break;
    moves.push(next);
    undo.push(attempt(search, next));
    const balance = balanceSince(search.picture, before);
    if (pays(search, moves, balance)) found = { moves, gainMs: balance.benefitMs - balance.harmMs };
  }
  for (const back of undo.reverse()) back();
  return found;
}

/** The best move for the model that was harmed most. */
function bestRepair(search: Search, before: readonly number[]): Move | undefined {
  const { view, picture, options } = search;
  let harmed: PictureModel | undefined;
  let most = 0;
  picture.models.forEach((model, at) => {
    const harm = model.price - (before[at] ?? 0);
    if (harm > most) {
      most = harm;
      harmed = model;
    }
  });
  if (harmed === undefined) return;
  const best = bestOf(search, movesFor(view, picture, harmed, options).slice(0, options.maxRepairs));
  return best !== undefined && best.net > 0 ? best.move : undefined;
}

/** Takes a chain for good, if it is still possible and still pays beside those taken before it. */
function take(search: Search, chain: Chain): boolean {
  const before = pricesOf(search.picture);
  const undo: (() => void)[] = [];
  for (const move of chain.moves) {
    if (!isPossible(move)) break;
    undo.push(attempt(search, move));
  }
  if (undo.length === chain.moves.length && pays(search, chain.moves, balanceSince(search.picture, before)))
    return true;
  for (const back of undo.reverse()) back();
  return false;
}

function isPossible({ node, model, evict, beside }: Move): boolean {
  const names = node.copies.map((copy) => copy.name);
  return !names.includes(model.name) && names.length === beside && evict.every((copy) => node.copies.includes(copy));
}

function attempt(search: Search, move: Move): () => void {
  search.tried += 1;
  return perform(search.view, move, search.options);
}

function pays({ view, options }: Search, moves: readonly Move[], { benefitMs, harmMs }: Balance): boolean {
  let worthMs = 0;
  let youngest = Number.POSITIVE_INFINITY;
  for (const { node, model, evict } of moves) {
    for (const copy of evict) if (!copy.isNew) youngest = Math.min(youngest, view.nowMs - copy.sinceMs);
    const isFree = evict.every((copy) => copy.isNew);
    worthMs += (isFree ? options.worth : options.evictWorth) * view.rates(node.facts.name, model.name).loadMs;
  }
  const margin = options.margin + options.youngMargin * Math.exp(-youngest / options.youngMs);
  return benefitMs > margin * harmMs + worthMs;
}

/** Models with the highest price first, in turns, so that a spent budget has looked at each of them. */
function candidates({ view, picture, options }: Search): Move[] {
  const asked = picture.models.filter((model) => model.price > 0).sort((a, b) => b.price - a.price);
  const lists = asked.map((model) => movesFor(view, picture, model, options));
  const moves: Move[] = [];
  for (let turn = 0; turn < options.maxNodes; turn += 1) {
    for (const list of lists) {
      const move = list[turn];
      if (move !== undefined) moves.push(move);
    }
  }
  return moves;
}
