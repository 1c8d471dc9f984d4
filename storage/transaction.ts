import type { Tx } from "../core/ports/stores.ts";
import { auditOver } from "./queries/audit.ts";
import { chatsOver } from "./queries/chats.ts";
import { faceNotesOver } from "./queries/face-notes.ts";
import { filesOver } from "./queries/files.ts";
import { limitsOver } from "./queries/limits.ts";
import { linkCodesOver } from "./queries/link-codes.ts";
import { messagesOver } from "./queries/messages.ts";
import { outboxOver } from "./queries/outbox.ts";
import { peopleOver } from "./queries/people.ts";
import { projectsOver } from "./queries/projects.ts";
import { queueOver } from "./queries/queue.ts";
import { runsOver } from "./queries/runs.ts";
import { secretsOver } from "./queries/secrets.ts";
import { servicesOver } from "./queries/services.ts";
import { settingsOver } from "./queries/settings.ts";
import { stepsOver } from "./queries/steps.ts";
import { votesOver } from "./queries/votes.ts";
import type { Session } from "./session.ts";

/** What each room of a transaction is made with, when it is first used. */
const ROOMS: { readonly [K in keyof Tx]: (session: Session) => Tx[K] } = {
  projects: projectsOver,
  people: peopleOver,
  chats: chatsOver,
  messages: messagesOver,
  runs: runsOver,
  steps: stepsOver,
  votes: votesOver,
  queue: queueOver,
  outbox: outboxOver,
  services: servicesOver,
  audit: auditOver,
  settings: settingsOver,
  secrets: secretsOver,
  faceNotes: faceNotesOver,
  files: filesOver,
  linkCodes: linkCodesOver,
  limits: limitsOver,
};

/** Getters on a prototype: most transactions touch four rooms of seventeen, and thousands are made a second. */
const prototype = Object.create(null) as object;
for (const [name, make] of Object.entries(ROOMS)) {
  Object.defineProperty(prototype, name, {
    enumerable: true,
    get(this: { session: Session }) {
      const room = make(this.session);
      Object.defineProperty(this, name, { value: room, enumerable: true });
      return room;
    },
  });
}

/** The port's transaction over an open session. The session guards itself: `read` refuses writes, the dead refuse all. */
export function transactionOver(session: Session): Tx {
  const tx = Object.create(prototype) as { session: Session };
  Object.defineProperty(tx, "session", { value: session });
  return tx as unknown as Tx;
}
