import type { Discord } from "./discord.ts";
import { type InteractionDraft, interact } from "./interactions.ts";
import type { Json } from "./wire.ts";
import type { Interaction, InteractionAnswer, Message } from "./world.ts";

/** An interaction that a person began, and how the bot answered. */
export interface Asked {
  readonly id: string;
  readonly token: string;
  readonly channelId: string;
  readonly userId: string;
  /** The first answer so far. */
  readonly answer: InteractionAnswer | undefined;
  /** Waits for the first answer; fails after `withinMs` (default 5000) of real time. */
  answered(withinMs?: number): Promise<InteractionAnswer>;
  /** The modal that the bot opened, or undefined. */
  readonly modal: Json | undefined;
  /** The suggestions of an autocomplete. */
  readonly choices: readonly { name: string; value: string | number }[];
  /** What this person got in answer, newest last, ephemeral or not, as it stands now. */
  messages(): Message[];
}

/** Starts an interaction and gives the view of it that tests hold. */
export function begin(discord: Discord, draft: InteractionDraft): Asked {
  const interaction = interact(discord, draft);
  return {
    id: interaction.id,
    token: interaction.token,
    channelId: interaction.channelId,
    userId: interaction.userId,
    get answer() {
      return interaction.answer;
    },
    answered: (withinMs = 5000) => firstAnswer(interaction, withinMs),
    get modal() {
      return interaction.answer?.type === 9 ? (interaction.answer.data as Json) : undefined;
    },
    get choices() {
      return (interaction.answer?.data.choices ?? []) as { name: string; value: string | number }[];
    },
    messages() {
      const ids = [interaction.answer?.originalId, ...interaction.followUps];
      const channel = discord.world.channels.get(interaction.channelId);
      return ids.flatMap((id) => (id === undefined ? [] : (channel?.messages.get(id) ?? [])));
    },
  };
}

function firstAnswer(interaction: Interaction, withinMs: number): Promise<InteractionAnswer> {
  if (interaction.answer) return Promise.resolve(interaction.answer);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The bot did not answer the interaction ${interaction.id} within ${withinMs} ms.`)),
      withinMs,
    );
    interaction.waiting.push((answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}
