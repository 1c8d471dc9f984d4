import { z } from "zod";
import { PilotoError } from "../../core/domain/errors.ts";
import type { Core } from "../../core/index.ts";
import type { ChatFace, ChatFaceDeps, FaceHealth } from "../shared/chat-face.ts";
import { fewAtOnce, MESSAGES_WITH_FILES } from "../shared/few-at-once.ts";
import { DISCORD, discordChat } from "./discord-ids.ts";
import type { DiscordSettings } from "./discord-settings.ts";
import { keepConnected } from "./gateway/keep-connected.ts";
import { createChannels } from "./hear/channels.ts";
import type { HearDeps } from "./hear/hear-deps.ts";
import { createEventHearer } from "./hear/hear-events.ts";
import { openHeldChats } from "./hear/held-chats.ts";
import { createPresence } from "./hear/presence.ts";
import { createAskedLast } from "./post/asked-last.ts";
import { createChannelMessages } from "./post/channel-messages.ts";
import { createCounts } from "./post/counts.ts";
import { createDiscordPlatform } from "./post/discord-platform.ts";
import { createDiscordRest } from "./post/discord-rest.ts";
import { createTyping } from "./post/typing.ts";

const Ready = z.looseObject({ user: z.looseObject({ id: z.string() }) });

/**
 * Discord as a face: the gateway inward, the bot token outward. Opens nothing before `start`. Whatever becomes of the
 * connection or the token, it neither throws nor ends the process, and says in `health` what is so.
 */
export function createDiscordFace(settings: DiscordSettings, deps: ChatFaceDeps): ChatFace {
  const { stores, clock, logger, ids, language } = deps;
  const counts = createCounts();
  const rest = createDiscordRest({ token: settings.token, apiUrl: settings.apiUrl, clock, counts });
  const messages = createChannelMessages(rest);
  const typing = createTyping(rest, { clock, logger });
  const held = openHeldChats({ stores, clock, logger });
  let hearing: HearDeps | undefined;
  let ownId: string | undefined;

  const events = createEventHearer(() => hearing);
  const gateway = keepConnected({ settings, clock, logger, counts, onEvent });
  const client = () => gateway.client;
  const channels = createChannels(settings, client, rest);
  const askedLast = createAskedLast();

  function onEvent(name: string, data: unknown): void {
    if (name === "READY") ownId = Ready.safeParse(data).data?.user.id ?? ownId;
    events.hear(name, data);
  }

  return {
    platform: createDiscordPlatform({
      messages,
      typing,
      askedLast,
      client,
      stores,
      clock,
      logger,
      counts,
      mayPreview(chatId) {
        const chat = discordChat(chatId);
        return chat !== undefined && (chat.guild === undefined || channels.isThread(chat.channel));
      },
    }),
    attach(core: Core) {
      const ours = { settings, rest, messages, typing, askedLast, counts, channels, held, client, ownId: () => ownId };
      const fileTurns = fewAtOnce(MESSAGES_WITH_FILES);
      const presence = createPresence({ stores, clock });
      hearing = { core, stores, clock, logger, ids, language, fileTurns, presence, ...ours };
    },
    async start() {
      if (settings.token.trim() === "") {
        throw new PilotoError("SETTINGS_INVALID", "Discord wants a bot token, and none was given.");
      }
      if (!hearing) throw new PilotoError("SETTINGS_INVALID", "The Discord face was started before it had its core.");
      await gateway.start();
    },
    async stop(withinMs) {
      typing.stop();
      await Promise.race([Promise.all([events.stop(), gateway.stop()]), clock.sleep(withinMs)]);
    },
    health: (): FaceHealth => {
      const { state } = gateway;
      const isRefused = rest.refusedSinceMs !== undefined && state.state !== "off";
      const refused = isRefused ? { state: "down" as const, why: TOKEN_REFUSED } : {};
      return { face: DISCORD, ...state, ...refused, counts: counts.all };
    },
  };
}

const TOKEN_REFUSED =
  "Discord refuses the bot token. Make a new one in Discord's developer portal and give it to Piloto.";
