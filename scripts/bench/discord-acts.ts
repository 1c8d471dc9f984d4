import { flattened, TYPE } from "../../test/support/discord-server/component-rules.ts";
import { seededRandom } from "../../test/support/discord-server/faults.ts";
import type { Asked } from "../../test/support/discord-server/people.ts";
import type { Message } from "../../test/support/discord-server/world.ts";
import type { DiscordBenchWorld } from "./discord-world.ts";

/** Interactions that people began; a form that comes back is one more, begun when the form was there. */
type Began = Promise<readonly Asked[]>;

/** People of a server: each act takes the next person and place. The same seed acts the same. */
export interface DiscordActs {
  /** A wish that becomes a plan, in a thread of its own: `/piloto ask`. */
  ask(): Began;
  /** The same, by a mention. */
  wish(): Message;
  /** A greeting in a direct message, which is answered in words. */
  greeting(): Message;
  /** A person to another one, in a channel. */
  chatter(): void;
  /** Confirm on a card that offers it, else on one that did. */
  confirm(): Began;
  edit(): Began;
  /** Cancel, and the form that asks why. */
  cancel(): Began;
  menu(): Began;
  complete(): Began;
}

/** A button that was seen: people's screens may be old. */
interface Seen {
  readonly message: Message;
  readonly customId: string;
}

const MOST_PLACES = 400;
const LOOKED_AT = 10;
const NEWEST = 6;

export function discordActs({ discord, people, channels }: DiscordBenchWorld, seed: number): DiscordActs {
  const random = seededRandom(seed);
  const places: string[] = [];
  const seen = new Map<string, Seen>();
  let turn = 0;

  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const next = () => {
    turn += 1;
    return { user: people[turn % people.length]!, channel: channels[turn % channels.length]! };
  };

  function begun(place: string): void {
    places.push(place);
    if (places.length > MOST_PLACES) places.splice(0, MOST_PLACES / 2);
  }

  /** A button with this label on one of the cards, as it stands. */
  function offered(label: string): Seen | undefined {
    for (let n = 0; n < LOOKED_AT; n++) {
      const channel = discord.world.channels.get(pick(places) ?? "");
      const newest = channel ? [...channel.messages.values()].slice(-NEWEST) : [];
      for (const message of newest) {
        const button = flattened(message.components)
          .map(({ component }) => component)
          .find((one) => one.type === TYPE.button && one.label === label);
        if (button?.custom_id === undefined) continue;
        const found = { message, customId: button.custom_id };
        seen.set(label, found);
        return found;
      }
    }
    const last = seen.get(label);
    const stands = last && discord.world.channels.get(last.message.channelId)?.messages.has(last.message.id);
    return stands ? last : undefined;
  }

  async function press(label: string): Promise<readonly Asked[]> {
    const { user } = next();
    const found = offered(label);
    if (!found) return complete();
    return [discord.press(found.message, found.customId, user, { evenIfGone: true })];
  }

  async function complete(): Promise<readonly Asked[]> {
    const { user, channel } = next();
    const typed = ["", "s", "jobs", "stock"][turn % 4]!;
    return [
      discord.autocomplete(user, "piloto", "call", { operation: typed }, { service: "workshop" }, { in: channel }),
    ];
  }

  const words = () => `set the stock of M8 bolts to ${100 + (turn % 900)}`;

  return {
    async ask() {
      const { user, channel } = next();
      const asked = discord.slash(user, "piloto", "ask", { text: words() }, { in: channel });
      void asked.answered().then(
        ({ originalId }) => originalId !== undefined && begun(originalId),
        () => undefined,
      );
      return [asked];
    },
    wish() {
      const { user, channel } = next();
      const message = discord.mention(user, words(), { in: channel });
      begun(message.id);
      return message;
    },
    greeting: () => discord.directMessage(next().user, "hello"),
    chatter() {
      const { user, channel } = next();
      discord.say(user, `lunch at ${turn}? I have the keys of the cellar with me.`, { in: channel });
    },
    confirm: () => press("Confirm"),
    edit: () => press("Edit"),
    async cancel() {
      const [asked] = await press("Cancel");
      if (!asked) return [];
      await asked.answered().catch(() => undefined);
      return asked.modal ? [asked, discord.submitModal(asked, {})] : [asked];
    },
    async menu() {
      const { user, channel } = next();
      const name = ["help", "services", "runs", "whoami"][turn % 4]!;
      return [discord.slash(user, "piloto", name, {}, { in: channel })];
    },
    complete,
  };
}
