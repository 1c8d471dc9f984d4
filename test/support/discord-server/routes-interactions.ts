import { type Call, nothing, ok, type Reply, type Route } from "./call.ts";
import { ANSWER_WITHIN_MS, TOKEN_LIVES_MS } from "./interactions.ts";
import { refuseMisfitEdit } from "./judge-edit.ts";
import { FLAG } from "./message-rules.ts";
import { editMessage, type MessageBody, postMessage, removeMessage } from "./messages.ts";
import { Refusal } from "./refusal.ts";
import { type Json, wireMessage } from "./wire.ts";
import type { Channel, Interaction, Message } from "./world.ts";

const ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original";
const WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}";

export const INTERACTION_ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/interactions/{interaction_id}/{interaction_token}/callback",
    needsBot: false,
    handle: answer,
  },
  { method: "POST", path: WEBHOOK, needsBot: false, handle: followUp },
  { method: "GET", path: `${WEBHOOK}/messages/@original`, needsBot: false, handle: get },
  { method: "PATCH", path: `${WEBHOOK}/messages/@original`, needsBot: false, handle: edit },
  { method: "DELETE", path: `${WEBHOOK}/messages/@original`, needsBot: false, handle: remove },
  { method: "GET", path: `${WEBHOOK}/messages/{message_id}`, needsBot: false, handle: get },
  { method: "PATCH", path: `${WEBHOOK}/messages/{message_id}`, needsBot: false, handle: edit },
  { method: "DELETE", path: `${WEBHOOK}/messages/{message_id}`, needsBot: false, handle: remove },
];

/** Which answers fit which interaction; a modal answers no modal, and suggestions answer only autocomplete. */
const FITTING: Readonly<Record<number, readonly number[]>> = { 2: [4, 5, 9], 3: [4, 5, 6, 7, 9], 4: [8], 5: [4, 5] };

interface Answer {
  readonly type: number;
  readonly data?: (MessageBody & Json) | null;
}

function answer(call: Call): Reply {
  const { discord, params } = call;
  const { world } = discord;
  const interaction = world.interactions.get(params.interaction_token ?? "");
  if (!interaction || interaction.id !== params.interaction_id) throw new Refusal("unknownInteraction");
  if (interaction.answer) throw new Refusal("alreadyAcknowledged");
  if (world.nowMs() - interaction.createdMs > ANSWER_WITHIN_MS) throw new Refusal("unknownInteraction");
  const body = call.body as Answer;
  refuseMisfit(interaction, body.type);
  const message = effectOf(call, interaction, body);
  const afterMs = performance.now() - interaction.sentAt;
  interaction.answer = { type: body.type, data: body.data ?? {}, afterMs, originalId: message?.id };
  discord.records.counters.answers += 1;
  for (const wake of interaction.waiting.splice(0)) wake(interaction.answer);
  if (call.query.get("with_response") !== "true") return nothing;
  return ok({
    interaction: {
      id: interaction.id,
      type: interaction.type,
      response_message_id: message?.id,
      response_message_loading: body.type === 5,
      response_message_ephemeral: message?.visibleTo !== undefined,
    },
    resource: { type: body.type, ...(message && body.type !== 6 && { message: wireMessage(world, message) }) },
  });
}

function refuseMisfit(interaction: Interaction, type: number): void {
  const fromMessage = interaction.type === 5 && interaction.messageId !== undefined ? [6, 7] : [];
  const fitting = [...(FITTING[interaction.type] ?? []), ...fromMessage];
  if (!fitting.includes(type)) {
    throw new Refusal("invalidForm", [`type: Value must be one of (${fitting.join(", ")}) for this interaction.`]);
  }
}

/** What the answer does to the channel; gives the message of `@original`. */
function effectOf(call: Call, interaction: Interaction, body: Answer): Message | undefined {
  if (body.type === 4 || body.type === 5) {
    return speak(call, interaction, body.data ?? {}, { via: "interaction", loading: body.type === 5 });
  }
  if (body.type !== 6 && body.type !== 7) return undefined;
  const source = findIn(call, interaction, interaction.messageId);
  if (body.type === 7) {
    if (!source) throw new Refusal("unknownMessage");
    change(call, interaction, source, body.data ?? {}, "data.");
  }
  return source;
}

function speak(
  call: Call,
  interaction: Interaction,
  body: MessageBody,
  how: { via: "interaction" | "follow-up"; loading: boolean },
): Message {
  const { discord } = call;
  return postMessage(discord, channelOf(call, interaction), {
    authorId: discord.world.bot.id,
    body,
    uploads: call.uploads,
    via: how.via,
    type: interaction.type === 2 && how.via === "interaction" ? 20 : 0,
    visibleTo: (body.flags ?? 0) & FLAG.ephemeral ? interaction.userId : undefined,
    interaction: { id: interaction.id, type: interaction.type, userId: interaction.userId, name: interaction.name },
    loading: how.loading,
  });
}

/** A message made by this token. Directly after a deferred answer it fills that instead, as Discord does. */
function followUp(call: Call): Reply {
  const interaction = ofToken(call);
  const { world } = call.discord;
  const body = (call.body ?? {}) as MessageBody;
  if (body.components?.length && !isOurs(call) && call.query.get("with_components") !== "true") {
    throw new Refusal("invalidForm", ["components: needs ?with_components=true"]);
  }
  const waiting = findIn(call, interaction, interaction.answer?.originalId);
  if (waiting && interaction.answer?.type === 5 && waiting.flags & FLAG.loading) {
    const { flags, ...rest } = body;
    const kept = (flags ?? 0) & FLAG.componentsV2 ? { ...rest, flags: FLAG.componentsV2 } : rest;
    return ok(wireMessage(world, change(call, interaction, waiting, kept)));
  }
  const message = speak(call, interaction, body, { via: "follow-up", loading: false });
  interaction.followUps.push(message.id);
  return ok(wireMessage(world, message));
}

/** The application owns the webhooks of its interactions, and so may send components. */
const isOurs = (call: Call) => call.params.webhook_id === call.discord.world.applicationId;

function get(call: Call): Reply {
  const interaction = ofToken(call);
  return ok(wireMessage(call.discord.world, target(call, interaction)));
}

function edit(call: Call): Reply {
  const interaction = ofToken(call);
  const message = target(call, interaction);
  return ok(wireMessage(call.discord.world, change(call, interaction, message, (call.body ?? {}) as MessageBody)));
}

function remove(call: Call): Reply {
  const interaction = ofToken(call);
  const message = target(call, interaction);
  call.discord.records.counters.deletes += 1;
  removeMessage(call.discord, channelOf(call, interaction), message);
  return nothing;
}

/** The interaction whose token is in the path, while the token lives and once it was answered. */
function ofToken({ discord, params }: Call): Interaction {
  const { world } = discord;
  const interaction = world.interactions.get(params.webhook_token ?? "");
  if (!interaction || params.webhook_id !== world.applicationId) throw new Refusal("unknownWebhook");
  if (world.nowMs() - interaction.createdMs > TOKEN_LIVES_MS) throw new Refusal("invalidWebhookToken");
  if (!interaction.answer) throw new Refusal("unknownWebhook");
  return interaction;
}

function target(call: Call, interaction: Interaction): Message {
  const wanted = call.params.message_id ?? interaction.answer?.originalId;
  const mine = [interaction.answer?.originalId, interaction.messageId, ...interaction.followUps];
  const message = wanted !== undefined && mine.includes(wanted) ? findIn(call, interaction, wanted) : undefined;
  if (!message) throw new Refusal("unknownMessage");
  return message;
}

function change(call: Call, interaction: Interaction, message: Message, body: MessageBody, at = ""): Message {
  refuseMisfitEdit(ORIGINAL, message, body, at);
  return editMessage(call.discord, channelOf(call, interaction), message, body, call.uploads);
}

function channelOf(call: Call, interaction: Interaction): Channel {
  const channel = call.discord.world.channels.get(interaction.channelId);
  if (!channel) throw new Refusal("unknownChannel");
  return channel;
}

const findIn = (call: Call, interaction: Interaction, id: string | undefined) =>
  id === undefined ? undefined : call.discord.world.channels.get(interaction.channelId)?.messages.get(id);
