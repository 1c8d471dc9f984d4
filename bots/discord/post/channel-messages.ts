import { Routes } from "discord.js";
import { z } from "zod";
import { type Drawn, marked } from "../show/message-body.ts";
import type { DiscordRest } from "./discord-rest.ts";
import type { PostNames } from "./message-marker.ts";

/** Messages of channels and threads, by the bot token alone: it never runs out, as tokens of interactions do. */
export interface ChannelMessages {
  /** Returns the new message's id. */
  send(channel: string, drawn: Drawn, names: PostNames, replyTo?: string): Promise<string>;
  edit(channel: string, message: string, drawn: Drawn, marker?: number): Promise<void>;
  /** The id of Piloto's own message with this marker among the latest 200; `undefined` when there is none. */
  find(channel: string, marker: number): Promise<string | undefined>;
  unarchive(thread: string): Promise<void>;
}

const SentMessage = z.looseObject({ id: z.string() });
const Listed = z.array(
  z.looseObject({
    id: z.string(),
    author: z.looseObject({ id: z.string() }),
    components: z.array(z.looseObject({ id: z.number().optional() })).optional(),
  }),
);
const Myself = z.looseObject({ id: z.string() });
const PAGES = 2;
const PAGE = 100;

export function createChannelMessages(rest: DiscordRest): ChannelMessages {
  let me: string | undefined;

  async function myself(): Promise<string> {
    me ??= Myself.parse(await rest.call("get", Routes.user())).id;
    return me;
  }

  return {
    async send(channel, drawn, { nonce, marker }, replyTo) {
      const { body, files } = marked(drawn, marker);
      const reference = replyTo ? { message_reference: { message_id: replyTo, fail_if_not_exists: false } } : {};
      const answer = await rest.call("post", Routes.channelMessages(channel), {
        body: { ...body, ...reference, nonce, enforce_nonce: true },
        files: raw(files),
      });
      return SentMessage.parse(answer).id;
    },
    async edit(channel, message, drawn, marker) {
      const { body, files } = marker === undefined ? drawn : marked(drawn, marker);
      await rest.call("patch", Routes.channelMessage(channel, message), { body, files: raw(files) });
    },
    async find(channel, marker) {
      const own = await myself();
      let before: string | undefined;
      for (let page = 0; page < PAGES; page += 1) {
        const query = { limit: String(PAGE), ...(before ? { before } : {}) };
        const listed = Listed.parse(await rest.call("get", Routes.channelMessages(channel), { query }));
        const found = listed.find(({ author, components }) => author.id === own && components?.[0]?.id === marker);
        if (found) return found.id;
        before = listed.at(-1)?.id;
        if (listed.length < PAGE || !before) return undefined;
      }
      return undefined;
    },
    async unarchive(thread) {
      await rest.call("patch", Routes.channel(thread), { body: { archived: false } });
    },
  };
}

const raw = (files: Drawn["files"]) => files.map(({ name, contentType, data }) => ({ name, contentType, data }));
