/** Every number the scheduler was tuned with, in one place. Milliseconds unless the name says otherwise. */
export interface Tuning {
  /** A request's place in its share: the time it came plus this many times its predicted work. Short ones go earlier. */
  readonly shortFirst: number;
  /** A batch request that has waited longer may go before interactive ones, … */
  readonly batchAgesMs: number;
  /** … once after so many interactive ones of its model. */
  readonly agedEvery: number;
  /** Requests of class batch at once on one PC whose models are also asked for interactively; on the fastest PC one. */
  readonly batchPerNode: number;
  /** Slots of a copy that batch leaves free, while the model is also asked for interactively. */
  readonly batchLeavesSlots: number;
  /** The part of its time that batch gets at least on the fastest PC of a model that is asked for interactively, … */
  readonly batchShare: number;
  /** … and more as long as fewer interactive requests a second than this meet it there. */
  readonly batchMeetsPerS: number;
  /** Batch requests of a model that placement sees waiting, at most, while anything is asked for interactively. */
  readonly batchBacklog: number;
  /** A model counts as asked for interactively for so long after such a request came. */
  readonly interactiveForMs: number;
  /** A copy that comes free is waited for when the first token comes so many times sooner there. */
  readonly worthWaiting: number;
  /** … and no more than so many requests wait for each copy that will be free by then. */
  readonly worthWaitingQueue: number;
  /** Part of a prompt's time that a cached prefix saves. */
  readonly prefixSaves: number;
  /** Chats that a copy is believed to remember, for each slot. */
  readonly affinitiesPerSlot: number;
  /** Weight of the slow-down that a request inflicts on those that run there. */
  readonly inflictedWeight: number;
  /** … and of the delay that this means for those that wait for slots of the other models there. */
  readonly inflictedQueueWeight: number;
  /** Weight of the time a request holds its slot, against its time to first token. */
  readonly holdWeight: number;
  /** What a PC on trial costs in the scores. */
  readonly trialMs: number;
  /** What each request that is under way on a PC costs in the scores, so that equals are used in turn. */
  readonly spreadMs: number;
  /** The slow loop runs so often while somebody asks, … */
  readonly placeEveryMs: number;
  /** … so often while nobody waits and nothing runs, … */
  readonly placeIdleMs: number;
  /** … and after so long at once for a model that is nowhere. */
  readonly placeGapMs: number;
  /** Loads at once over the whole fleet; 0: as many as there are PCs. */
  readonly loadsAtOnce: number;
  /** After a load failed the pair is left alone for so long, doubled each time. */
  readonly loadBackoffMs: number;
  /** A look at a PC that is so much older than a load or an unload may not have seen it yet. */
  readonly staleLookMs: number;
  /** Failures in a row that open a PC's breaker. */
  readonly breakerFailures: number;
  /** How long it stays open at first; doubled each time, up to `breakerMaxMs`. */
  readonly breakerMs: number;
  readonly breakerMaxMs: number;
  /** A PC that said it is full is left alone for so long; doubled each time in a row, up to eight times. */
  readonly busyPauseMs: number;
  /** PCs a request may fail on before it is given up, were there ever more. */
  readonly attempts: number;
  /** First-token budget: so many times the prediction, between the two limits. */
  readonly budgetTimes: number;
  readonly budgetMinMs: number;
  readonly budgetMaxMs: number;
  /** The least while nobody knows yet how fast the PC is. */
  readonly budgetUnknownMs: number;
  /** Slots that are learned are tried up to this. */
  readonly slotsMax: number;
  /** Between two tries of one more slot on one copy. */
  readonly slotTryEveryMs: number;
  /** A slot that was not there is tried again after so long. */
  readonly slotRetryMs: number;
  /** Arrival rates are smoothed over these two spans; placement sees their mean, weighted by `fastShare`. */
  readonly demandFastMs: number;
  readonly demandSlowMs: number;
  readonly fastShare: number;
  /** Seconds a wanted copy stays in memory after a request, plus `keepStepS` for each less wanted one on its PC. */
  readonly keepS: number;
  readonly keepStepS: number;
  /** Seconds a copy that nobody wants there stays. */
  readonly keepUnwantedS: number;
  /** An estimate is worked out afresh when it is older. */
  readonly estimateMs: number;
}

export const TUNING: Tuning = {
  shortFirst: 30,
  batchAgesMs: 600_000,
  agedEvery: 4,
  batchPerNode: 2,
  batchLeavesSlots: 1,
  batchShare: 0.05,
  batchMeetsPerS: 0.002,
  batchBacklog: 4,
  interactiveForMs: 120_000,
  worthWaiting: 1.5,
  worthWaitingQueue: 0.5,
  prefixSaves: 0.8,
  affinitiesPerSlot: 1,
  inflictedWeight: 0.1,
  inflictedQueueWeight: 4,
  holdWeight: 0.02,
  trialMs: 5_000,
  spreadMs: 5,
  placeEveryMs: 2_000,
  placeIdleMs: 15_000,
  placeGapMs: 250,
  loadsAtOnce: 0,
  loadBackoffMs: 10_000,
  staleLookMs: 3_000,
  breakerFailures: 3,
  breakerMs: 5_000,
  breakerMaxMs: 120_000,
  busyPauseMs: 1_000,
  attempts: 8,
  budgetTimes: 6,
  budgetMinMs: 10_000,
  budgetMaxMs: 300_000,
  budgetUnknownMs: 120_000,
  slotsMax: 8,
  slotTryEveryMs: 20_000,
  slotRetryMs: 1_800_000,
  demandFastMs: 30_000,
  demandSlowMs: 300_000,
  fastShare: 0,
  keepS: 1_800,
  keepStepS: 600,
  keepUnwantedS: 60,
  estimateMs: 1_000,
};
