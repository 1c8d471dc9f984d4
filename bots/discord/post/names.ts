import type { Client } from "discord.js";
import type { Stores } from "../../../core/ports/stores.ts";
import { discordAccount } from "../discord-ids.ts";
import type { Who } from "../hear/message-event.ts";

/** What people call the users and roles whose numbers stand in Piloto's own sentences. */
export interface Names {
  learn(who: Who): void;
  /** The sentence with names in the place of numbers. A number that nobody is known by stays. */
  inText(text: string): Promise<string>;
}

const KEPT = 5_000;
const NUMBER = /(?<![\w/])(role\/)?(\d{17,20})(?!\w)/g;

export function createNames({ stores, client }: { stores: Stores; client: () => Client | undefined }): Names {
  const known = new Map<string, string>();

  const roleName = (id: string): string | undefined =>
    client()
      ?.guilds.cache.map((guild) => guild.roles.cache.get(id)?.name)
      .find((name) => name !== undefined);

  async function userName(id: string): Promise<string | undefined> {
    const account = discordAccount(id);
    return known.get(account) ?? (await stores.read((tx) => tx.people.of(account)))?.name;
  }

  return {
    learn({ account, name }) {
      known.delete(account);
      known.set(account, name);
      if (known.size > KEPT) known.delete(known.keys().next().value ?? account);
    },
    async inText(text) {
      const found = new Map<string, string>();
      for (const [whole, role, id] of text.matchAll(NUMBER)) {
        const name = role ? roleName(id!) : await userName(id!);
        if (name) found.set(whole, role ? `@${name.replace(/^@/, "")}` : name);
      }
      return text.replace(NUMBER, (whole) => found.get(whole) ?? whole);
    },
  };
}
