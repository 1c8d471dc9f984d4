/** What Piloto says in a conversation, in English. */
export const conversationEn = {
  greeting:
    "Hello, I am Piloto. Tell me what should happen: I propose a plan, somebody confirms it, and exactly that runs. Say “help” for more.",
  thanks: "You are welcome.",
  refused: {
    tooLarge: (kilobytes: number, most: number) =>
      `That message is too large: ${kilobytes} kB, and I take at most ${most} kB. Please send a shorter one.`,
    empty: "That message holds no text that I can read. Please write what should happen.",
    noProject: "No project is set up here yet. An administrator can add one in the settings.",
  },
  stranger: (account: string) =>
    `I do not know ${account} in this project, so I do nothing for it. An administrator can add the account in the settings.`,
  mayNotPropose: (account: string) =>
    `${account} may not propose plans in this project. An administrator can allow it in the settings.`,
  nothing: {
    confirm: "There is no plan waiting for a confirmation.",
    cancel: "There is no plan to cancel.",
    stop: "Nothing is running here.",
    stopPending: "Nothing is running here. A plan waits for a decision: say “cancel” to drop it.",
    retry: "There is no failed step to try again.",
    continue: "No run waits for a decision.",
    abandon: "No run waits for a decision.",
  },
  lastDecision: (goal: string, state: string, who: string, when: string) =>
    `The last one (“${goal}”) is ${state}; decided by ${who}, ${when}.`,
  lastRun: (goal: string, state: string) => `The last one (“${goal}”) is ${state}.`,
  cameLate: "That plan came after your message, so your words did not decide it. Please look at it and say it again.",
  hold: "All right. Nothing runs until somebody confirms the plan.",
  unclear: (goal: string) =>
    `Do you mean the plan “${goal}”? Say “confirm” to run it, “cancel” to drop it, or say what to change.`,
  states: {
    draft: "waiting for a confirmation",
    queued: "confirmed and queued",
    running: "running",
    waiting: "waiting for a decision",
    done: "done",
    error: "failed",
    cancelled: "cancelled",
    expired: "expired",
    superseded: "replaced by a newer plan",
  },
  decided: {
    confirm: (who: string, when: string) => `Confirmed by ${who}, ${when}. It runs now.`,
    cancel: (who: string, when: string) => `Cancelled by ${who}, ${when}. Nothing was run.`,
    stop: (who: string, when: string) => `Stop asked for by ${who}, ${when}.`,
    retry: (who: string, when: string) => `The failed step is tried again, as ${who} asked, ${when}.`,
    continue: (who: string, when: string) => `Continued by ${who}, ${when}.`,
    abandon: (who: string, when: string) => `Abandoned by ${who}, ${when}.`,
    edit: (revision: number, what: string) => `Changed; this is revision ${revision}: ${what}`,
    "dry-run": "Dry run done.",
  },
  tooLate: {
    decided: (state: string, who: string, when: string) =>
      `Too late: the plan is ${state}, decided by ${who}, ${when}.`,
    undecided: (state: string) => `That is not possible now: the plan is ${state}.`,
    revised: (who: string, when: string) =>
      `The plan was changed by ${who}, ${when}, after what you saw. Please look at the new card and decide there.`,
    expired: (when: string) => `Too late: the plan expired, ${when}. Nothing was run; ask again for a new plan.`,
    superseded: (who: string, when: string) =>
      `That plan was replaced by a newer one, asked for by ${who}, ${when}. Nothing of it was run.`,
  },
  notFound: "I do not know that plan.",
  somebody: "somebody",
  failure: {
    fleetEmpty:
      "No machine with a language model answers right now, so I cannot think about that. Please ask again later.",
    fleetBusy: "Every machine is busy right now. Please ask again in a moment.",
    unreachable: "The machine that was thinking stopped answering. Nothing was run. Please ask again.",
    modelMissing: (why: string) => `The language model for this project is not there. ${why}`,
    lacksAbility: (why: string) => `The language model of this project cannot do that. ${why}`,
    tooLarge: (why: string) => `That is more than the language model can read at once. ${why}`,
    stopped: "I stopped thinking about that. Nothing was proposed and nothing was run.",
    other: (why: string) => `That did not work: ${why} Nothing was run.`,
    bug: "Something inside Piloto went wrong while working on that message. Nothing was run for it. The log has the details; please ask again.",
  },
  help: [
    "Tell me in your own words what should happen. I propose a plan with the exact calls; nothing runs before somebody confirms it.",
    "In answer to a plan: “confirm”, “cancel”, “dry run”, or what to change, like “make it 300 instead” or “drop step 2”.",
    "Commands: /status, /runs, /services, /fleet, /stop, /whoami, /language en|es, /help.",
  ].join("\n"),
  unknownCommand: (name: string) => `There is no command “/${name}”. Say /help for what there is.`,
  status: {
    idle: "Nothing waits and nothing runs in this chat.",
    pending: (run: string, goal: string, expires: string) =>
      `Waiting for a confirmation: “${goal}” (…${run}), until ${expires}.`,
    active: (run: string, goal: string, state: string) => `Now: “${goal}” (…${run}) is ${state}.`,
    last: (run: string, goal: string, state: string) => `Last: “${goal}” (…${run}) is ${state}.`,
  },
  runs: {
    none: "There are no runs in this chat yet.",
    line: (run: string, goal: string, state: string, who: string) => `…${run} · ${state} · ${goal} · asked by ${who}`,
  },
  services: {
    none: "No service is registered in this project. An administrator can add one: piloto services add.",
    line: (name: string, title: string, allowed: number, all: number, offline: string) =>
      `${name} · ${title} · ${allowed} of ${all} operations allowed${offline}`,
    offline: " · offline",
  },
  fleet: {
    none: "No machine is in the fleet.",
    line: (name: string, health: string, resident: string, inFlight: number) =>
      `${name} · ${health} · in memory: ${resident} · ${inFlight} at work`,
    nothing: "nothing",
    health: { up: "up", down: "down", unknown: "not known yet" },
    models: (names: string) => `Models: ${names}`,
  },
  whoami: (account: string, may: string) => `You are ${account}. Here you may: ${may}.`,
  permissions: { propose: "propose", confirm: "confirm", administer: "administer", none: "nothing" },
  language: {
    set: "I speak English here now.",
    unknown: "I speak English (en) and Spanish (es): /language en or /language es.",
  },
};
