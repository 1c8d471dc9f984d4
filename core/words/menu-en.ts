/** What Piloto answers to commands of an app's menu, to one person alone, in English. */
export const menuEn = {
  help: [
    "Tell me in your own words what should happen: mention me, write to me directly, or use the menu. I propose a plan with the exact calls; nothing runs before somebody confirms it.",
    "In answer to a plan: “confirm”, “cancel”, “dry run”, or what to change, like “make it 300 instead” or “drop step 2”.",
    "In the menu, /piloto ask and /piloto plan begin a conversation with what you write behind; /piloto call makes a plan of one exact call.",
    "To you alone: /piloto runs, status, stop, services, fleet, whoami, and link, which makes one person of your accounts on two apps.",
  ].join("\n"),
  status: {
    idle: "Nothing waits and nothing runs in this project.",
    more: (more: number) => `… and ${more} more.`,
    noRun: (typed: string) =>
      `I know no single run that ends in “${typed}”. Give more of its id, as the card shows it.`,
    head: (run: string, state: string, goal: string, who: string) => `…${run} · ${state} · ${goal} · asked by ${who}`,
    step: (step: number, state: string, operation: string, note: string) =>
      `${step}. ${operation} · ${state}${note ? ` · ${note}` : ""}`,
    steps: {
      pending: "not begun",
      running: "running",
      done: "done",
      error: "failed",
      skipped: "skipped",
      cancelled: "stopped",
      unknown: "outcome not known",
    },
  },
  noRuns: "There are no runs in this project yet.",
  name: (name: string) => `Name: ${name}.`,
  groups: (groups: string) => `Groups that count here: ${groups}.`,
  linked: (accounts: string) => `Linked with: ${accounts}.`,
  notLinked: "Not linked with another account.",
  languageNeedsChat: "The language belongs to a conversation. Mention me in one with /language en or /language es.",
  link: {
    code: (code: string, minutes: number) =>
      `Your code is ${code}. On the other app, enter it after Piloto's link command within ${minutes} minutes, with your own account there. It works once. Give it to nobody: whoever enters it counts as you.`,
    tooManyCodes: "You made enough codes for this hour. Please try again in the next one.",
    tooManyTries: "That was wrong too often in this hour. Please try again in the next one.",
    wrong: "That code is not valid: wrong, used or older than ten minutes. Make a new one on the other app.",
    own: "You made that code with this very account, so it is used up. Make a new one here and enter it on the other app.",
    same: (other: string) => `This account and ${other} are one person already.`,
    tooManyAccounts: (most: number) => `One person can have at most ${most} accounts. Unlink one first.`,
    done: (accounts: string) =>
      `Done: this account is now one person with ${accounts}. What one of them may do, all may. To undo it: link unlink.`,
    undone: (accounts: string) => `This account stands alone again; it was linked with ${accounts}.`,
    notHere:
      "A link code is for nobody else's eyes, so it is not a matter for a conversation. Use Piloto's menu command link instead. If you wrote a code here, it no longer works.",
  },
  stop: {
    thinking: "I stopped thinking about that. Nothing was proposed and nothing was run for it.",
  },
  files: {
    only: "(files)",
    tooMany: (count: number, most: number) =>
      `That message has ${count} files, and I take at most ${most}. Please send fewer.`,
    tooLarge: (megabytes: number, most: number) =>
      `The files of that message are too large: ${megabytes} MB together, and I take at most ${most} MB. Please send smaller ones.`,
  },
};
