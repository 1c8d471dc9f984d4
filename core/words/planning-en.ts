/** What Piloto says about proposing, changing and trying out plans, in English. */
export const planningEn = {
  nothingWasDone:
    "Nothing has been done: the model spoke as if it had acted, but nothing runs before a plan is shown and confirmed. What exactly should happen?",
  missingValue: (name: string, type: string, operation: string) => `“${name}” (${type}) for ${operation}`,
  askForMissing: (wanted: string) => `I need a value before I can propose a plan: ${wanted}. What should it be?`,
  couldNotPlan: (why: string) =>
    `I could not turn that into a valid plan. ${why} Could you say it in other words, with the service and the values?`,
  rejectedBefore: (who: string, when: string) =>
    `${who} cancelled exactly these steps (${when}), so I do not propose them again by myself. If you want them after all, say “propose it again”.`,
  somebody: "Somebody",
  edit: {
    sayWhat: "Say what to change: drop or move a step, set an argument, or say it in words.",
    noStep: (step: number, steps: number) => `There is no step ${step}; the plan has steps 1 to ${steps}.`,
    lastStep: "That is the only step. To drop the whole plan, press Cancel.",
    isUsed: (step: number, by: number) => `Step ${step} cannot go: step ${by} uses what it brings back.`,
    wouldComeLate: (step: number, before: number) =>
      `That order does not work: step ${before} would use the result of step ${step} before it exists.`,
    noArgument: (path: string) => `There is no place “${path}” in the arguments of that step.`,
    nothingChanged: "That changes nothing in the plan.",
    invalid: (why: string) => `That cannot be changed so: ${why}`,
    notAPlan: (answer: string) => `The plan stays as it is. ${answer}`,
    dropped: (step: number, what: string) => `step ${step} dropped (${what})`,
    added: (step: number, what: string) => `step ${step} added (${what})`,
    moved: (step: number, to: number) => `step ${step} is now step ${to}`,
    changed: (step: number, path: string, was: string, is: string) => `step ${step}: ${path} ${was} → ${is}`,
    goal: (is: string) => `goal: ${is}`,
    absent: "(none)",
  },
  dryRun: {
    head: "Dry run: only reading calls were made, nothing was changed.",
    read: (step: number, what: string, result: string) => `${step}. ${what} → ${result}`,
    wouldCall: (step: number, what: string) => `${step}. would call ${what} (not called: it changes something)`,
    waits: (step: number, what: string, why: string) => `${step}. ${what}: known only in the real run (${why})`,
    gone: (step: number, what: string) =>
      `${step}. ${what}: this endpoint is not registered any more; the plan would fail here`,
    notAllowed: (step: number, what: string) =>
      `${step}. ${what}: this endpoint is not on the allow-list; the plan would fail here`,
    isChanged: (step: number, what: string) =>
      `${step}. ${what}: the endpoint has changed since the plan was made; the plan would fail here`,
    invalid: (step: number, what: string, why: string) => `${step}. ${what}: the plan would fail here: ${why}`,
    limit: "the project's calls of this hour are used up",
    stepsNotRead: (step: number) => `step ${step} was not called in the dry run`,
  },
};
