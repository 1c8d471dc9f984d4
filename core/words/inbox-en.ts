/** What Piloto answers when something comes in through a chat app, to one person alone, in English. */
export const inboxEn = {
  asked: " asked: ",
  called: " wrote a call: ",
  onIt: "I am on it, in the thread.",
  elsewhere: "I am not in that channel, so we go on in our direct messages. Invite me to work there.",
  notHere: "I am not set up to work in this place. An administrator can add it in the settings.",
  unclear: {
    "ask-what": "What should happen? Write it after the command: /piloto ask which parts are low?",
    "call-how": 'Write a call like this: /piloto call workshop "PUT /parts/{id}/stock" id=M8 quantity=400',
    arguments:
      'I cannot read those arguments. Write key=value with quotes around blanks, or one JSON object: {"path": {"id": "M8"}}',
    unknown: (found: string) =>
      `There is no command “${found}”. Write /piloto help for what there is, or say it in words.`,
  },
  call: {
    notAllowed: "You may not propose calls in this project. An administrator can allow it in the settings.",
    problems: (problems: string) => `That call is not possible. ${problems}`,
  },
  stop: {
    nothing: "Nothing is running in this place.",
    which: (runs: string) =>
      `Several things run here. Press Stop on a card, or write /piloto stop and the end of a name:\n${runs}`,
    line: (run: string, goal: string) => `…${run} · ${goal}`,
  },
  noText: "That message holds no text that I can read.",
  files: {
    left: (files: string) => `I go on without some of the files: ${files}.`,
    why: {
      "too-large": (megabytes: number) => `larger than ${megabytes} MB`,
      "too-many": (most: number) => `more than ${most} files`,
      "not-allowed": "I may not read it",
      "not-there": "it could not be fetched",
    },
  },
  edit: {
    notKept: "The plan was not changed",
  },
  formFailed: "The form could not be opened. Please press Edit again, or say in words what to change.",
  notKept: "I could not keep that: my memory did not answer. Please send it again in a moment.",
  failed: "Something inside Piloto went wrong there. The log has the details; please try again.",
};
