import { seeded } from "../../test/support/seeded.ts";
import type { SlackMessage } from "../../test/support/slack-server/slack-server.ts";
import { isOfPiloto, type OpenCard, offered, readOpenCard } from "./slack-chaos-card.ts";
import type { BenchTeam, SlackBenchWorld } from "./slack-world.ts";

/** What people did, counted. */
export interface Deeds {
  wishes: number;
  questions: number;
  commands: number;
  confirms: number;
  /** Confirm was pressed twice at once, by one person or by two. */
  doubleConfirms: number;
  edits: number;
  stops: number;
  /** Things that Slack delivered again long after. */
  repeats: number;
  /** Retry, Continue or Abandon after an attempt of which nobody knew. */
  settled: number;
}

/** A person's message that is meant for Piloto. */
export interface Meant {
  readonly team: string;
  readonly channel: string;
  readonly ts: string;
  readonly wasTold: () => boolean;
}

/** People of many workspaces who ask, decide, change their minds and press again when nothing happens. */
export interface ChaosPeople {
  readonly deeds: Readonly<Deeds>;
  readonly meant: readonly Meant[];
  /** Somebody asks for something new. */
  ask(): void;
  /** Slack delivers something once more that people did a while ago: an event, a press or a command. */
  repeat(): void;
  /** Everybody looks at the cards and does what is to be done there. */
  look(): void;
  /** Cards on which something waits for a person or is at work. */
  open(): number;
}

const PRESS_AGAIN_MS = 6_000;
const THINKS_MS = 1_200;
const MOST_LOOKED_BACK = 600;

export function chaosPeople({ slack, teams, outside }: SlackBenchWorld, seed: number): ChaosPeople {
  const random = seeded(seed);
  const deeds: Deeds = {
    ...{
      wishes: 0,
      questions: 0,
      commands: 0,
      confirms: 0,
      doubleConfirms: 0,
      edits: 0,
      stops: 0,
      settled: 0,
      repeats: 0,
    },
  };
  const meant: Meant[] = [];
  const cards = new Map<string, OpenCard>();
  let seen = 0;
  let turn = 0;

  function place(): { team: BenchTeam; user: string; channel: string } {
    turn += 1;
    const team = teams[turn % teams.length]!;
    const round = Math.floor(turn / teams.length);
    return { team, user: team.users[0]!, channel: team.channels[round % team.channels.length]! };
  }

  function isForPiloto({ message, deliveries }: ReturnType<typeof slack.say>): void {
    let isTold = false;
    for (const { settled } of deliveries) {
      void settled.then(({ acked }) => {
        isTold ||= acked;
      });
    }
    meant.push({ team: message.team, channel: message.channel, ts: message.ts, wasTold: () => isTold });
  }

  function ask(): void {
    const { team, user, channel } = place();
    const amount = 100 + (turn % 900);
    const wish = `set the stock of M8 bolts to ${amount}`;
    const drawn = random();
    if (drawn < 0.12) {
      deeds.questions += 1;
      const text = "what can you do?";
      isForPiloto(drawn < 0.06 ? slack.mention({ channel, user, text }) : slack.directMessage({ user, text }));
      return;
    }
    if (drawn < 0.18) {
      deeds.commands += 1;
      return void slack.slash({ text: `ask ${wish}`, user, channel });
    }
    if (drawn < 0.22) return void slack.say({ channel, user: team.users[1]!, text: `did anybody count to ${amount}?` });
    deeds.wishes += 1;
    const two = `the stock of M8 bolts is wrong, set it to ${amount} and tell the workshop`;
    if (drawn < 0.34) isForPiloto(slack.directMessage({ user, text: wish }));
    else isForPiloto(slack.mention({ channel, user, text: drawn < 0.7 ? two : wish }));
  }

  /** Cards that were posted since somebody looked last. */
  function findNew(): void {
    for (; seen < slack.posts.length; seen += 1) {
      const { how, channel, ts } = slack.posts[seen]!;
      const message = how === "post" ? slack.message(channel, ts) : undefined;
      const card = message && readOpenCard(message, slack.nowMs() + random() * THINKS_MS);
      if (card) cards.set(`${card.runId}/${ts}`, card);
    }
  }

  function decideDraft(card: OpenCard, users: readonly string[]): void {
    const [asker = "", one = "", other = ""] = users;
    const drawn = random();
    const press = (button: string, user: string) => void slack.press(slack.snapshot(card.message), button, { user });
    if (drawn < 0.08) changeInWords(card.message, asker);
    else if (drawn < 0.13) void changeInForm(card.message, one);
    else if (drawn < 0.17) press("piloto:cancel", one);
    else if (drawn < 0.2) press("piloto:dry-run", one);
    else {
      deeds.confirms += 1;
      deeds.doubleConfirms += drawn < 0.42 ? 1 : 0;
      press("piloto:confirm", one);
      if (drawn < 0.42) press("piloto:confirm", drawn < 0.3 ? one : other);
    }
  }

  function changeInWords(message: SlackMessage, user: string): void {
    deeds.edits += 1;
    isForPiloto(slack.reply(message, { user, text: `make it ${300 + (turn % 500)}` }));
  }

  async function changeInForm(message: SlackMessage, user: string): Promise<void> {
    deeds.edits += 1;
    await slack.press(slack.snapshot(message), "piloto:edit", { user });
    const form = () => slack.modalOf(user);
    await slack.until("a form is open", () => form() !== undefined, 2_500).catch(() => undefined);
    const view = form();
    const blocks = (view?.view.blocks ?? []) as { block_id?: string; element?: { initial_value?: string } }[];
    const amount = blocks.find(({ element }) => /^\d+$/.test(element?.initial_value ?? ""))?.block_id;
    if (view && amount) await slack.submitView(view, { [amount]: String(200 + (turn % 700)) });
    if (view) await slack.closeView(view);
  }

  /** A person looks at the workshop before deciding what became of an attempt. */
  function settleUnknown({ message, runId }: OpenCard, user: string): void {
    deeds.settled += 1;
    const steps = message.blocks?.find(({ type }) => type === "plan")?.tasks as { status: string }[] | undefined;
    const done = steps?.filter(({ status }) => status === "complete").length ?? 0;
    const hasHappened = outside.effects().has(`${runId}-${done + 1}`);
    void slack.press(slack.snapshot(message), hasHappened ? "piloto:continue" : "piloto:retry", { user });
  }

  function stop({ message }: OpenCard, user: string): void {
    deeds.stops += 1;
    const drawn = random();
    const { channel, thread_ts: thread = message.ts } = message;
    if (drawn < 0.4) void slack.press(slack.snapshot(message), "piloto:stop", { user });
    else if (drawn < 0.7) slack.stopSession({ channel, thread, user });
    else isForPiloto(slack.reply(message, { user, text: "stop" }));
  }

  function act(card: OpenCard): void {
    const { buttons, sign } = offered(card.message);
    const nowMs = slack.nowMs();
    if (sign !== card.sign) Object.assign(card, { sign, sinceMs: nowMs + random() * THINKS_MS });
    if (buttons.length === 0 || nowMs < card.sinceMs) return;
    const users = teams.find(({ id }) => id === card.message.team)?.users ?? [];
    // When nothing comes of it, they press again.
    card.sinceMs = nowMs + PRESS_AGAIN_MS;
    if (buttons.includes("piloto:confirm")) decideDraft(card, users);
    else if (buttons.includes("piloto:continue")) settleUnknown(card, users[1]!);
    else if (buttons.includes("piloto:stop") && random() < 0.12) stop(card, users[0]!);
  }

  function repeat(): void {
    const { latest } = slack.deliveries;
    const before = latest.at(-1 - Math.floor(random() * MOST_LOOKED_BACK));
    if (!before || isOfPiloto(before)) return;
    deeds.repeats += 1;
    void slack.redeliver(before);
  }

  return {
    ...{ deeds, meant, ask, repeat },
    look() {
      findNew();
      for (const card of cards.values()) act(card);
    },
    open() {
      findNew();
      const waiting = ({ buttons }: { buttons: readonly string[] }) => buttons.some((id) => id !== "piloto:retry");
      return [...cards.values()].filter(({ message }) => waiting(offered(message))).length;
    },
  };
}
