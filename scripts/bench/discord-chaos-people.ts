import { TYPE } from "../../test/support/discord-server/component-rules.ts";
import { seededRandom } from "../../test/support/discord-server/faults.ts";
import type { Asked } from "../../test/support/discord-server/people.ts";
import type { Component, Message } from "../../test/support/discord-server/world.ts";
import { type Offer, type OpenCard, offersOf } from "./discord-chaos-card.ts";
import type { DiscordBenchWorld } from "./discord-world.ts";

/** What people did, counted: each is one thing that Discord tells the bot, some of them twice. */
export interface Deeds {
  wishes: number;
  questions: number;
  replies: number;
  chatter: number;
  /** `/piloto ask`. */
  asks: number;
  menus: number;
  completions: number;
  presses: number;
  /** Of the presses: two people pressed Confirm at once. */
  confirmsOfTwo: number;
  forms: number;
}

/** People of a server who ask, decide, change their minds and press again when nothing happens. */
export interface ChaosPeople {
  readonly deeds: Readonly<Deeds>;
  delivered(): number;
  /** Messages that are meant for Piloto, in places that it knows. */
  readonly meant: readonly Message[];
  /** Requests that began with `/piloto ask`. */
  readonly asks: readonly Asked[];
  /** Each place is made known to Piloto: nobody hears of what was said where it never was, while it was away. */
  introduce(): void;
  /** Somebody asks for something new. */
  ask(): void;
  /** Something that needs no work of Piloto's: words among people, lists, commands with short answers. */
  pass(): void;
  /** Everybody looks at the cards and does what is to be done there. */
  look(): void;
  /** Cards on which something waits for a person or is at work. */
  open(): number;
}

const PRESS_AGAIN_MS = 5_000;
const THINKS_MS = 1_000;
const FORM_WITHIN_MS = 3_000;
const RECENT = 40;

export function chaosPeople({ discord, people, channels, outside }: DiscordBenchWorld, seed: number): ChaosPeople {
  const random = seededRandom(seed);
  const deeds: Deeds = {
    ...{ wishes: 0, questions: 0, replies: 0, chatter: 0, asks: 0, menus: 0, completions: 0 },
    ...{ presses: 0, confirmsOfTwo: 0, forms: 0 },
  };
  const meant: Message[] = [];
  const asks: Asked[] = [];
  const cards = new Map<string, OpenCard>();
  let seen = 0;
  let turn = 0;

  function next(): { user: string; channel: string } {
    turn += 1;
    return { user: people[turn % people.length]!, channel: channels[turn % channels.length]! };
  }
  const amount = () => 100 + (turn % 900);

  function ask(): void {
    const { user, channel } = next();
    const wish = `set the stock of M8 bolts to ${amount()}`;
    const two = `the stock of M8 bolts is wrong, set it to ${amount()} and tell the workshop`;
    const drawn = random();
    if (drawn < 0.25) {
      deeds.questions += 1;
      const text = "what can you do?";
      meant.push(drawn < 0.1 ? discord.mention(user, text, { in: channel }) : discord.directMessage(user, text));
    } else if (drawn < 0.4) {
      deeds.asks += 1;
      asks.push(discord.slash(user, "piloto", "ask", { text: wish }, { in: channel }));
    } else {
      deeds.wishes += 1;
      meant.push(discord.mention(user, drawn < 0.8 ? two : wish, { in: channel }));
    }
  }

  function pass(): void {
    const { user, channel } = next();
    const drawn = random();
    if (drawn < 0.5) {
      deeds.chatter += 1;
      discord.say(user, `did anybody count to ${amount()}?`, { in: channel });
    } else if (drawn < 0.75) {
      deeds.completions += 1;
      discord.autocomplete(user, "piloto", "call", { operation: "s" }, { service: "workshop" }, { in: channel });
    } else {
      deeds.menus += 1;
      discord.slash(user, "piloto", ["help", "runs", "services", "whoami"][turn % 4]!, {}, { in: channel });
    }
  }

  /** Cards that were posted since somebody looked last. */
  function findNew(): void {
    for (; seen < discord.posts.length; seen += 1) {
      const { channelId, messageId, ephemeralTo } = discord.posts[seen]!;
      const message = ephemeralTo ? undefined : discord.world.channels.get(channelId)?.messages.get(messageId);
      if (message && offersOf(message).length > 0)
        cards.set(messageId, { message, sign: "", sinceMs: Date.now() + random() * THINKS_MS });
    }
  }

  function press({ message }: OpenCard, offer: Offer, user: string): Asked {
    deeds.presses += 1;
    return discord.press(message, offer.customId, user, { evenIfGone: true });
  }

  function say({ message }: OpenCard, user: string, text: string): void {
    deeds.replies += 1;
    meant.push(discord.replyInThread(message.channelId, user, text));
  }

  /** The form of an answer, if one comes: it is filled in and sent. */
  async function form(asked: Asked, fill: (modal: string) => Record<string, string>): Promise<void> {
    await asked.answered(FORM_WITHIN_MS).catch(() => undefined);
    if (!asked.modal) return;
    deeds.forms += 1;
    discord.submitModal(asked, fill(JSON.stringify(asked.modal)));
  }

  /** The step to be changed is chosen first where there are several. */
  async function changeInForm(card: OpenCard, offer: Offer, user: string): Promise<void> {
    let asked = press(card, offer, user);
    await asked.answered(FORM_WITHIN_MS).catch(() => undefined);
    const choice = asked.messages().find(({ components }) => components.some((row) => hasMenu(row)));
    if (choice) {
      deeds.presses += 1;
      asked = discord.select(choice, "A step, or the plan as a whole", [stepToChange(choice)], user);
    }
    await form(asked, (modal) => {
      const field = /"custom_id":"(a\.\d+\.\d+)"[^{}]*"value":"\d+"/.exec(modal)?.[1];
      return field ? { [field]: String(200 + (turn % 700)) } : {};
    });
  }

  function decideDraft(card: OpenCard, offers: readonly Offer[]): void {
    const { user: one } = next();
    const { user: other } = next();
    const drawn = random();
    const of = (kind: string) => offers.find((offer) => offer.kind === kind);
    const confirm = of("confirm");
    const [edit, cancel] = [of("edit"), of("cancel")];
    if (drawn < 0.11) say(card, one, drawn < 0.08 ? `make it ${300 + (turn % 500)}` : "confirm");
    else if (drawn < 0.18 && edit) void changeInForm(card, edit, one);
    else if (drawn < 0.22 && cancel) void form(press(card, cancel, one), () => ({ why: "not today" }));
    else if (confirm) {
      press(card, confirm, one);
      if (drawn < 0.32) press(card, confirm, one);
      if (drawn > 0.32 && drawn < 0.5) {
        deeds.confirmsOfTwo += 1;
        press(card, confirm, other);
      }
    }
  }

  /** A person looks at the workshop before deciding what became of an attempt. */
  function settleUnknown(card: OpenCard, offers: readonly Offer[]): void {
    const done = discord.textOf(card.message).split("✅").length - 1;
    const hasHappened = outside.effects().has(`${offers[0]?.runId}-${done + 1}`);
    const offer = offers.find(({ kind }) => kind === (hasHappened ? "continue" : "retry"));
    if (offer) press(card, offer, next().user);
  }

  function stop(card: OpenCard, offer: Offer): void {
    const { user } = next();
    if (random() < 0.6) press(card, offer, user);
    else say(card, user, "stop");
  }

  function act(card: OpenCard): void {
    const offers = offersOf(card.message);
    const sign = offers.map(({ customId }) => customId).join();
    const nowMs = Date.now();
    if (sign !== card.sign) Object.assign(card, { sign, sinceMs: nowMs + random() * THINKS_MS });
    if (offers.length === 0 || nowMs < card.sinceMs) return;
    // When nothing comes of it, they press again.
    card.sinceMs = nowMs + PRESS_AGAIN_MS;
    const stops = offers.find(({ kind }) => kind === "stop");
    if (offers.some(({ kind }) => kind === "cancel")) decideDraft(card, offers);
    else if (offers.some(({ kind }) => kind === "continue")) settleUnknown(card, offers);
    else if (stops && random() < 0.15) stop(card, stops);
  }

  return {
    deeds,
    meant,
    asks,
    delivered: () => Object.values(deeds).reduce((sum, times) => sum + times, 0) - deeds.confirmsOfTwo,
    introduce() {
      for (const user of people) meant.push(discord.directMessage(user, "hello"));
      for (const channel of channels) meant.push(discord.mention(people[0]!, "hello", { in: channel }));
    },
    ask,
    pass,
    look() {
      findNew();
      for (const [id, card] of cards) {
        act(card);
        // What is over is looked at for a while: a late edit may offer something again.
        if (card.sign === "" && cards.size > RECENT && Date.now() - card.sinceMs > 60_000) cards.delete(id);
      }
    },
    open() {
      findNew();
      const waits = (card: OpenCard) => offersOf(card.message).some(({ kind }) => kind !== "retry");
      return [...cards.values()].filter(waits).length;
    },
  };
}

/** Else it only says that it is too late. */
const hasMenu = (row: Component): boolean => row.type === TYPE.stringSelect || (row.components ?? []).some(hasMenu);

/** The step with the amount comes second or first, by how many there are. */
function stepToChange({ components }: Message): string {
  const values = [...JSON.stringify(components).matchAll(/"value":"(\d+)"/g)].map(([, value]) => value!);
  return values.find((value) => value === "2") ?? values[0] ?? "plan";
}
