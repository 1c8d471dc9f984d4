import { Routes } from "discord.js";
import { z } from "zod";
import type { Language } from "../../../core/domain/chat.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Counts } from "../post/counts.ts";
import type { DiscordRest } from "../post/discord-rest.ts";
import { isAmbiguous, reasonOf, troubleOf } from "../post/trouble.ts";
import type { Modal } from "../show/draw-forms.ts";
import { drawSay } from "../show/draw-say.ts";
import { FLAGS, LIMITS } from "../show/limits.ts";
import type { Drawn } from "../show/message-body.ts";
import type { Interaction } from "./interaction-event.ts";

/**
 * Answers to one interaction, by its own token: only what its person is to see at once. Progress never goes this way:
 * the token dies after 15 minutes.
 */
export interface Answers {
  /**
   * The acknowledgement, before any work: Discord waits three seconds. `false`: somebody answered before us, or it is
   * too late; then nothing may be done, since its person was told that it failed.
   */
  acknowledge(how: "update" | "private"): Promise<boolean>;
  open(modal: Modal): Promise<boolean>;
  choose(choices: readonly { name: string; value: string }[]): Promise<void>;
  /** A first answer that everybody sees. Gives the message's id. */
  say(text: string): Promise<string | undefined>;
  /** For this person alone: the first answer, or one after the acknowledgement. */
  tell(text: string | Drawn): Promise<void>;
}

export interface AnswerDeps {
  readonly rest: DiscordRest;
  readonly counts: Counts;
  readonly logger: Logger;
  readonly language: Language;
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback-type */
const CALLBACK = { message: 4, deferMessage: 5, deferUpdate: 6, choices: 8, modal: 9 } as const;
const WithMessage = z.looseObject({ resource: z.looseObject({ message: z.looseObject({ id: z.string() }) }) });
const Sent = z.looseObject({ id: z.string() });

export function createAnswers(interaction: Interaction, deps: AnswerDeps): Answers {
  const { rest, counts, logger } = deps;
  const { id, token, application } = interaction;
  let state: "fresh" | "updated" | "private" | "answered" = "fresh";

  const callback = (type: number, data?: unknown, files?: Drawn["files"], query?: Record<string, string>) =>
    rest.call("post", Routes.interactionCallback(id, token), {
      auth: false,
      body: { type, ...(data === undefined ? {} : { data }) },
      files: files?.map((file) => ({ ...file })),
      query,
    });

  /** Whether the work may go on. Without an answer of Discord's it is not known, and a press is worth more than none. */
  async function first(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      counts.add("acknowledged");
      return true;
    } catch (error) {
      const trouble = troubleOf(error);
      counts.add(trouble === "answered" ? "answeredBefore" : "lateAnswers");
      const why = trouble ? reasonOf(trouble) : String(error).slice(0, 200);
      logger.warn({ interaction: id, why }, "An interaction could not be acknowledged.");
      return isAmbiguous(error);
    }
  }

  async function tell(text: string | Drawn): Promise<void> {
    const { body, files } = typeof text === "string" ? drawSay({ text }, deps.language) : text;
    const hidden = { ...body, flags: body.flags | FLAGS.ephemeral };
    const raw = files.map((file) => ({ ...file }));
    if (state === "fresh") {
      state = "answered";
      await callback(CALLBACK.message, hidden, files);
    } else if (state === "private") {
      state = "answered";
      await rest.call("patch", Routes.webhookMessage(application, token), { auth: false, body, files: raw });
    } else {
      await rest.call("post", Routes.webhook(application, token), {
        auth: false,
        body: hidden,
        files: raw,
        query: { wait: "true" },
      });
    }
  }

  return {
    async acknowledge(how) {
      state = how === "update" ? "updated" : "private";
      return how === "update"
        ? first(() => callback(CALLBACK.deferUpdate))
        : first(() => callback(CALLBACK.deferMessage, { flags: FLAGS.ephemeral }));
    },
    open(modal) {
      state = "answered";
      return first(() => callback(CALLBACK.modal, modal));
    },
    async choose(choices) {
      const fitting = choices.slice(0, LIMITS.selectOptions).map(({ name, value }) => ({
        name: name.slice(0, LIMITS.optionText).toWellFormed() || "…",
        value,
      }));
      await first(() => callback(CALLBACK.choices, { choices: fitting.filter(({ value }) => value.length <= 100) }));
    },
    async say(text) {
      const { body, files } = drawSay({ text }, deps.language);
      state = "updated";
      let sent: unknown;
      const isTaken = await first(async () => {
        sent = await callback(CALLBACK.message, body, files, { with_response: "true" });
      });
      if (!isTaken) return undefined;
      const known = WithMessage.safeParse(sent).data;
      if (known) return known.resource.message.id;
      // The answer was lost on its way: the message may be there all the same.
      const original = await rest.call("get", Routes.webhookMessage(application, token), { auth: false });
      return Sent.parse(original).id;
    },
    async tell(text) {
      try {
        await tell(text);
      } catch (error) {
        const trouble = troubleOf(error);
        counts.add("answersLost");
        const why = trouble ? reasonOf(trouble) : String(error).slice(0, 200);
        logger.warn({ interaction: id, why }, "A private answer could not be given.");
      }
    },
  };
}
