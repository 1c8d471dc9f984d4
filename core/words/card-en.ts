/** What the card of a run says, in English. */
export const cardEn = {
  headline: {
    draft: (steps: number) => `Plan · ${count(steps, "step")}`,
    revised: (steps: number, revision: number) => `Plan, revision ${revision} · ${count(steps, "step")}`,
    queued: (steps: number) => `Confirmed · waiting for its turn · ${count(steps, "step")}`,
    queuedAgain: (done: number, steps: number) => `Waiting to go on · ${done} of ${count(steps, "step")} done`,
    running: (step: number, steps: number) => `Running · ${step} of ${steps}`,
    stopping: (step: number, steps: number) => `Stopping · ${step} of ${steps}`,
    stoppingQueued: "Stopping before it starts",
    waiting: (step: number, steps: number) => `Needs a decision · step ${step} of ${steps}`,
    done: (steps: number, took: string) => `Done · ${count(steps, "step")}${took ? ` in ${took}` : ""}`,
    donePartly: (done: number, steps: number, took: string) =>
      `Finished · ${done} of ${count(steps, "step")} done${took ? ` in ${took}` : ""}`,
    error: (step: number, steps: number) => `Failed · step ${step} of ${steps}`,
    errorBetweenSteps: (done: number, steps: number) => `Failed · ${done} of ${count(steps, "step")} done`,
    cancelled: "Cancelled · nothing was run",
    stopped: (done: number, steps: number) => `Stopped · ${done} of ${count(steps, "step")} done`,
    expired: "Expired · nothing was run",
    superseded: "Replaced by a newer plan · nothing was run",
  },
  note: {
    askedBy: (who: string, at: string) => `Asked by ${who}, ${at}.`,
    edited: (revision: number, who: string, what: string) => `Revision ${revision}${who ? ` by ${who}` : ""}: ${what}`,
    mayConfirm: (who: string) => `May confirm: ${who}.`,
    nobodyMayConfirm: "Nobody may confirm plans here yet. An administrator can name somebody in the settings.",
    expires: (at: string) => `Expires unconfirmed at ${at}; silence is never a yes.`,
    confirmed: (who: string, at: string) => `Confirmed by ${who}, ${at}.`,
    confirmedByItself: (at: string) =>
      `Started without a confirmation, ${at}: this project allows it for plans that only read.`,
    cancelled: (who: string, at: string) => `Cancelled by ${who}, ${at}.`,
    stopAsked: (who: string, at: string) => `Stop pressed by ${who}, ${at}.`,
    stopping: "The step that runs is told to stop; nothing after it begins.",
    retried: (who: string, at: string) => `Tried again by ${who}, ${at}.`,
    continued: (who: string, at: string) => `Continued by ${who}, ${at}.`,
    abandoned: (who: string, at: string) => `Abandoned by ${who}, ${at}.`,
    expired: (at: string) => `Nobody confirmed it before ${at}.`,
    superseded: (run: string) => `The newer plan is …${run}.`,
    supersededBySome: "A newer plan stands in its place.",
    reason: (why: string) => `Why: ${why}`,
    waitingFor: (why: string) => `Waiting: ${why}`,
    unknownChoice: (step: number) =>
      `Please look whether step ${step} took effect. Continue: go on without repeating it. Retry: do it again. Abandon: end here.`,
    waitingChoice: "Continue: go on. Retry: do the step again. Abandon: end here.",
    retryOffered: "Retry begins again at the failed step; finished steps are not repeated.",
  },
  step: {
    sent: (request: string) => `Sent ${request}`,
    attempt: (attempt: number) => `try ${attempt}`,
    finishedAfterCancel: "It finished although Stop had been pressed.",
    unknown:
      "Unknown: it began and its outcome was not recorded. It may or may not have taken effect; it is not repeated by itself.",
    leftUnknown: "Not repeated: a person chose to go on. Whether it took effect is not recorded.",
    skipped: "Skipped.",
    cancelled: "Stopped before it took effect, as far as Piloto knows.",
    notStarted: "Not started.",
    cutInside: (characters: number) => `…(+${group(characters)})`,
    cutTotal: (characters: number) => `… (+${group(characters)} characters not shown)`,
  },
  anyoneOn: (face: string) => `anyone on ${face}`,
  anyoneIn: (place: string, face: string) => `anyone in ${place} on ${face}`,
  andMore: (names: string, more: number) => `${names} and ${more} more`,
};

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

function group(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
