import { seeded } from "../../test/support/seeded.ts";
import type { Ack } from "../../test/support/slack-server/deliver.ts";
import { buttonLabels, type SlackMessage } from "../../test/support/slack-server/slack-server.ts";
import type { BenchTeam, SlackBenchWorld } from "./slack-world.ts";

/** Something that people did: what Slack tells the app of it, each told and acknowledged (or not). */
export interface Act {
  /** How many events Slack sends for it. */
  readonly events: number;
  readonly acks: readonly Promise<Ack>[];
}

/** A conversation that somebody began with Piloto. */
export interface Begun {
  readonly team: BenchTeam;
  readonly channel: string;
  readonly ts: string;
}

/** People of these workspaces: each act takes the next workspace, person and channel. The same seed acts the same. */
export interface SlackActs {
  /** A wish that becomes a plan: two events, `app_mention` and `message`. */
  wish(): Act;
  /** A question that a model answers in words; mention and direct message in turn. */
  question(): Act & Begun;
  /** A word in a thread that Piloto holds. */
  reply(): Act;
  /** Confirm or Cancel on a card that offers it; a wish when there is none. */
  press(): Act;
  slash(): Act;
  /** Two people of a channel, among themselves. */
  chatter(): Act;
  /** Somebody says something to somebody else in a thread that Piloto holds. */
  aside(): Act;
  /** A person corrects a typing error of theirs. */
  correction(): Act;
  /** An event that Slack sent before, with the same id. */
  repetition(): Act;
}

const QUESTION = "what can you do?";
const MOST_KEPT = 400;
const LOOKED_AT = 12;

export function slackActs({ slack }: SlackBenchWorld, teams: readonly BenchTeam[], seed: number): SlackActs {
  const random = seeded(seed);
  const begun: Begun[] = [];
  const said: SlackMessage[] = [];
  const payloads: { team: string; payload: object }[] = [];
  let turn = 0;

  function place(): { team: BenchTeam; user: string; other: string; channel: string } {
    turn += 1;
    const team = teams[turn % teams.length]!;
    const round = Math.floor(turn / teams.length);
    const user = team.users[round % team.users.length]!;
    const other = team.users[(round + 1) % team.users.length]!;
    return { team, user, other, channel: team.channels[round % team.channels.length]! };
  }

  function told({ deliveries, message }: ReturnType<typeof slack.say>): Act {
    keep(said, message);
    for (const { team, payload } of deliveries) keep(payloads, { team, payload });
    return { events: deliveries.length, acks: deliveries.map(({ settled }) => settled) };
  }

  const one = (ack: Promise<Ack>): Act => ({ events: 1, acks: [ack] });
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];

  function wish(): Act {
    const { team, user, channel } = place();
    const text = `set the stock of M8 bolts to ${100 + (turn % 900)}`;
    const mention = slack.mention({ channel, user, text });
    keep(begun, { team, channel, ts: mention.ts });
    return told(mention);
  }

  function offered(): { card: SlackMessage; team: BenchTeam } | undefined {
    for (let n = 0; n < LOOKED_AT; n++) {
      const at = pick(begun);
      const cards = at ? slack.thread(at.channel, at.ts) : [];
      const card = cards.find(({ bot_id, blocks }) => bot_id && buttonLabels(blocks ?? []).includes("Confirm"));
      if (at && card) return { card, team: at.team };
    }
    return undefined;
  }

  return {
    wish,
    question() {
      const { team, user, channel } = place();
      const how =
        turn % 2 === 0
          ? slack.directMessage({ user, text: QUESTION })
          : slack.mention({ channel, user, text: QUESTION });
      return { ...told(how), team, channel: how.channel, ts: how.ts };
    },
    reply() {
      const at = pick(begun);
      if (!at) return wish();
      return told(slack.say({ channel: at.channel, user: at.team.users[0]!, text: QUESTION, thread: at.ts }));
    },
    press() {
      const found = offered();
      if (!found) return wish();
      const button = random() < 0.7 ? "Confirm" : "Cancel";
      const { card, team } = found;
      return one(slack.press(slack.snapshot(card), button, { user: team.users[1]! }).then(({ ack }) => ack));
    },
    slash() {
      const { user, channel } = place();
      const text = ["runs", "status", "help", "services"][turn % 4]!;
      return one(slack.slash({ text, user, channel }).then(({ ack }) => ack));
    },
    chatter() {
      const { user, channel } = place();
      return told(slack.say({ channel, user, text: `lunch at ${turn}? I have the keys of the cellar with me.` }));
    },
    aside() {
      const at = pick(begun);
      if (!at) return this.chatter();
      const [user = "", other = ""] = at.team.users;
      return told(slack.say({ channel: at.channel, user, text: `<@${other}> is that yours?`, thread: at.ts }));
    },
    correction() {
      const message = pick(said);
      if (message) slack.editMessage(message, `${message.text}.`);
      return { events: message ? 1 : 0, acks: [] };
    },
    repetition() {
      const before = pick(payloads);
      if (!before) return this.chatter();
      return one(slack.redeliver({ kind: "events_api", ...before }) as Promise<Ack>);
    },
  };
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > MOST_KEPT) list.splice(0, MOST_KEPT / 2);
}
