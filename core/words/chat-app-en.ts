/** What Piloto says in chat apps beside cards and answers: forms, dialogs, home pages. In English. */
export const chatAppEn = {
  risk: { read: "Reads only", write: "Changes things", destructive: "Destroys things" },
  riskOfStep: { read: "reads", write: "writes", destructive: "destroys" },
  stepState: {
    pending: "",
    running: "running",
    done: "done",
    error: "failed",
    skipped: "skipped",
    cancelled: "cancelled",
    unknown: "outcome unknown",
  },
  willTouch: "What will be touched",
  touchesNothing: "This plan only reads; nothing is changed.",
  moreSteps: (from: number, to: number, all: number) =>
    `Steps ${from} to ${to} of ${all} are shown. The whole plan is in the file.`,
  moreTouched: (more: number) => `… and ${more} more. The whole plan is in the file.`,
  cutNotes: "The whole plan is in the file.",
  cut: (characters: number) => `… (+${group(characters)} characters not shown)`,
  cutMiddle: (characters: number) => `… (${group(characters)} characters here are only in the file) …`,
  textFile: "The whole text",
  confirmTitle: "Run this plan?",
  confirmText: (steps: number, destroying: number) =>
    `It has ${steps} ${steps === 1 ? "step" : "steps"}, and ${destroying} of them ${destroying === 1 ? "destroys" : "destroy"} something that cannot be brought back by Piloto.`,
  confirmYes: "Run it",
  confirmNo: "Not now",
  tooOld: "This button is of an older Piloto. Please use the newest card, or ask again.",
  edit: {
    title: "Change the plan",
    submit: "Save",
    close: "Close",
    intro: (revision: number) =>
      `What you change becomes a new revision (this is ${revision}); nothing runs before somebody confirms it.`,
    argument: (step: number, path: string) => `${step} · ${path}`,
    wholeStep: (step: number) => `${step} · arguments (JSON)`,
    drop: "Steps to drop",
    dropHint: "Chosen steps leave the plan.",
    words: "Or say what to change",
    wordsHint: "In your own words; then leave the fields as they are.",
    left: (fields: number) =>
      `${fields} ${fields === 1 ? "value does" : "values do"} not fit into this form. Say in words what to change there.`,
    needs: {
      number: "This must be a number, like 42 or 2.5.",
      exact: "That number has too many digits to be kept exactly.",
      boolean: "This must be true or false.",
      json: "This is not JSON that Piloto can read. A text needs quotes there.",
      object: "The arguments of a step are one JSON object.",
    },
    cannotRemove: (name: string) => `“${name}” cannot be taken away in this form. Say it in words.`,
    dropsAll: "A plan needs at least one step. To drop it all, press Cancel.",
    either: "Either change the fields, or say it in words, not both at once.",
    nothing: "Nothing was changed.",
  },
  home: {
    waiting: "Waits for you",
    noneWaiting: "No plan waits for your decision.",
    active: "Runs now",
    noneActive: "Nothing runs.",
    finished: "Finished lately",
    fleet: "The machines",
    noFleet: "No machine is in the fleet.",
    node: (health: string, resident: string, inFlight: number) =>
      `${health} · in memory: ${resident} · ${inFlight} at work`,
    nothing: "nothing",
    health: { up: "up", down: "down", unknown: "not known yet" },
    stranger:
      "I do not know you in this workspace's projects yet. An administrator can add your account in the settings.",
    more: (count: number) => `… and ${count} more.`,
    hint: "Mention me in a channel, or write to me here, to ask for something.",
  },
};

function group(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
