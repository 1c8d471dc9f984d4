import { createDiscordFace } from "../../bots/discord/discord-face.ts";
import type { DiscordSettings } from "../../bots/discord/discord-settings.ts";
import type { IncomingMessage } from "../../core/domain/chat.ts";
import { asId } from "../../core/domain/ids.ts";
import type { Received } from "../../core/index.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Stores } from "../../core/ports/stores.ts";
import { systemClock } from "../../src/clock.ts";
import { openSqlite } from "../../storage/index.ts";
import type { DiscordServer } from "../support/discord-server/discord-server.ts";
import { countingIds } from "../support/manual-clock.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { stubCore } from "../support/stub-core.ts";

const seen = new WeakMap<Stores, Set<string>>();

/** The real face on a small core, in a Discord. */
export async function openFace(
  discord: DiscordServer,
  given: Partial<DiscordSettings> & { stores?: Stores; clock?: Clock } = {},
) {
  const { stores = await openSqlite({ folder: ":memory:" }), clock = quickClock(), ...settings } = given;
  const logger = silentLogger();
  const refreshed: string[] = [];
  const face = createDiscordFace(
    {
      token: discord.token,
      apiUrl: discord.api,
      messageContent: true,
      places: [],
      defaultProject: asId("workshop"),
      fileHosts: [new URL(discord.cdn).host],
      ...settings,
    },
    { stores, secrets: undefined as never, clock, ids: countingIds(), logger, language: "en" },
  );
  const small = stubCore(face.platform);
  const core = {
    ...small,
    /** As the real core: a key is taken once, over all lives on the same database. */
    receiveMessage: async (message: IncomingMessage): Promise<Received> => {
      const keys = seen.get(stores) ?? new Set();
      seen.set(stores, keys);
      if (keys.has(message.key)) return { kind: "duplicate" };
      keys.add(message.key);
      return small.receiveMessage(message);
    },
    refreshCards: async (name: string) => {
      refreshed.push(name);
    },
  };
  face.attach(core);
  await face.start();
  return {
    face,
    core,
    stores,
    logger,
    refreshed,
    texts: () => core.messages.map(({ text }) => text),
    async stop() {
      await face.stop(5_000);
      if (!given.stores) await stores.close();
    },
  };
}

/** The real time, but nobody waits long. */
function quickClock() {
  const clock = systemClock();
  return {
    ...clock,
    sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms >= 8_000 ? ms : Math.min(ms, 30), signal),
  };
}
