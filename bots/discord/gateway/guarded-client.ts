import { Client, type ClientOptions, GatewayIntentBits, Options, Partials, SimpleShardingStrategy } from "discord.js";
import { apiOf } from "../post/discord-rest.ts";

export interface GuardedOptions {
  readonly apiUrl?: string;
  /** Asks for the privileged intent that shows messages which do not mention Piloto. */
  readonly messageContent: boolean;
  /** An event of the gateway, as it came. May throw: that is reported too. */
  readonly onEvent: (name: string, data: unknown) => void;
  /** Something inside could not be read or done. The connection goes on. */
  readonly onBroken: (what: string, error: unknown) => void;
}

/**
 * A discord.js client that nothing from outside can throw out of. In discord.js 14 an event that cannot be parsed is
 * thrown from the websocket's callback and ends the process; here each of these callbacks is fenced. Messages,
 * interactions and threads are not parsed by discord.js at all: they are handed over as they came. Its caches stay small.
 */
export function createGuardedClient(options: GuardedOptions): Client {
  const client = new Client({ ...clientOptions(options), ws: { buildStrategy: guardedStrategy(options) } });
  const ws = client.ws as unknown as { handlePacket: (packet?: Packet, shard?: unknown) => boolean };
  const parse = ws.handlePacket.bind(ws);
  ws.handlePacket = (packet, shard) => {
    if (packet && OURS.has(packet.t)) return true;
    return fenced("event", options, () => parse(packet, shard)) ?? true;
  };
  client.on("raw", (packet: Packet) => {
    fenced("listener", options, () => options.onEvent(packet.t, packet.d));
  });
  // Without a listener Node ends the process for an `error` event.
  client.on("error", (error) => options.onBroken("client", error));
  client.on("shardError", (error) => options.onBroken("connection", error));
  client.on("warn", (text) => options.onBroken("warning", text));
  return client;
}

interface Packet {
  readonly t: string;
  readonly d: unknown;
}

/** What Piloto reads by itself, or not at all. */
const OURS: ReadonlySet<string> = new Set([
  ...["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "INTERACTION_CREATE"],
  ...["THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC", "THREAD_MEMBER_UPDATE"],
  "THREAD_MEMBERS_UPDATE",
]);

function clientOptions({ apiUrl, messageContent }: GuardedOptions): ClientOptions {
  const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;
  return {
    intents: [Guilds, GuildMessages, DirectMessages, ...(messageContent ? [MessageContent] : [])],
    partials: [Partials.Channel],
    allowedMentions: { parse: [], repliedUser: false },
    rest: { ...apiOf(apiUrl), retries: 0 },
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      MessageManager: 0,
      ReactionManager: 0,
      PresenceManager: 0,
      ThreadMemberManager: 0,
      VoiceStateManager: 0,
      GuildMemberManager: { maxSize: 1, keepOverLimit: (member) => member.id === member.client.user.id },
      UserManager: { maxSize: 1, keepOverLimit: (user) => user.id === user.client.user.id },
    }),
  };
}

type BuildStrategy = NonNullable<NonNullable<ClientOptions["ws"]>["buildStrategy"]>;

const FENCED = ["onMessage", "onClose", "heartbeat", "internalConnect"] as const;
type Fenced = Record<(typeof FENCED)[number], (...given: unknown[]) => Promise<unknown>>;

/** Shards call these without waiting for them: what they throw would be nobody's. */
function guardedStrategy(options: GuardedOptions): BuildStrategy {
  return (manager) => {
    const strategy = new SimpleShardingStrategy(manager);
    const spawn = strategy.spawn.bind(strategy);
    strategy.spawn = async (ids) => {
      await spawn(ids);
      const { shards } = strategy as unknown as { shards: Map<number, Fenced> };
      for (const shard of shards.values()) {
        for (const name of FENCED) {
          const act = shard[name].bind(shard);
          shard[name] = (...given) => act(...given).catch((error: unknown) => options.onBroken(name, error));
        }
      }
    };
    return strategy;
  };
}

function fenced<T>(what: string, { onBroken }: GuardedOptions, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    onBroken(what, error);
    return undefined;
  }
}
