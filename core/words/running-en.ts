/** What Piloto says about decisions and running, in English. */
export const runningEn = {
  mayNot: {
    confirm: (who: string) => `${who} may not confirm plans in this project. Nothing changed; ask somebody who may.`,
    end: (who: string) =>
      `${who} may not end this: only who asked for it, or somebody who may confirm plans here. Nothing changed.`,
  },
  noProject: "The project of this chat is gone, so nobody may decide here. Ask an administrator.",
  chatIsBusy: (run: string) =>
    `Run …${run} of this chat is not over yet, and a chat runs one plan at a time. Nothing was used up: press again when it is over, or stop it first.`,
  planWasAltered:
    "The stored plan is not the one that was shown, so it does not run. Ask for it again, and tell an administrator to check the audit log.",
  expired: (goal: string, run: string) =>
    `Nobody confirmed “${goal}” (…${run}) in time, so it expired. Nothing was run; ask again if it is still wanted.`,
  needsDecision: (goal: string, step: number) =>
    `“${goal}” waits for a decision: step ${step} may or may not have taken effect. Look at the card.`,
  reason: {
    processDied: (step: number) => `Piloto stopped while step ${step} was under way, and its outcome is not known`,
    noClearAnswer: (step: number, summary: string) => `step ${step} ended without a clear answer: ${summary}`,
    stepFailed: (step: number, summary: string) => `step ${step}: ${summary}`,
    stopped: (who: string) => `Stop was pressed by ${who}`,
    abandoned: (who: string) => `abandoned by ${who}`,
    outOfTime: (seconds: number) =>
      `the run took longer than the ${seconds} seconds this project allows; what was finished stays done`,
    outOfCalls: (max: number, at: string) =>
      `the calls that this project may make in an hour (${max}) are used up; it goes on by itself at ${at} UTC`,
    waitsToRetry: (step: number, summary: string) => `step ${step} is tried again soon: ${summary}`,
    handedBack: "Piloto was stopped between two steps; it goes on by itself",
    keepsDying: (step: number, times: number) =>
      `Piloto stopped ${times} times while step ${step} was under way, so it is not tried again by itself`,
  },
  refusal: {
    noProject: "the project is gone; ask an administrator",
    confirmerLost: (who: string) =>
      `${who}, who decided that this runs, may not confirm plans any more; somebody who may can press Retry`,
    notAutomatic: "plans of this project now need a confirmation; somebody who may confirm can press Retry",
    noTool: (tool: string) => `${tool} is not registered any more; ask for a new plan`,
    toolOff: (tool: string) => `${tool} is not allowed any more; an administrator can allow it, then press Retry`,
    toolChanged: (tool: string) =>
      `${tool} has changed since the plan was made, so it was not called; ask for a new plan`,
    noReference: (reference: string, why: string) => `${reference} cannot be filled in: ${why}`,
    badArgs: (problems: string) => `the arguments do not fit with the earlier results filled in: ${problems}`,
  },
  outcome: {
    timedOut: (seconds: number) => `No answer within ${seconds} s.`,
    runOutOfTime: "The run's time was over before an answer came.",
    stoppedUnsent: "Stopped before it was sent.",
    noReaction: "It was told to end and did not react; whether it took effect is not known.",
    broke: "The call broke inside Piloto; whether it took effect is not known.",
    shutDown: "Piloto was stopped before an answer came.",
  },
};
