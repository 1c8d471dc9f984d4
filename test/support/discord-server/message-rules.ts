import { componentProblems, modalComponentProblems } from "./component-rules.ts";
import type { Component } from "./world.ts";

/** Message flags: https://discord.com/developers/docs/resources/message#message-object-message-flags */
export const FLAG = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  componentsV2: 1 << 15,
} as const;

export interface MessageKind {
  readonly edits: boolean;
  readonly ephemeralAllowed: boolean;
  /** Of an edit: whether the message already has the flag that can never be taken away, if that is known. */
  readonly componentsV2: boolean | undefined;
}

interface MessageBody {
  content?: string | null;
  embeds?: { [field: string]: unknown }[] | null;
  poll?: unknown;
  sticker_ids?: string[] | null;
  flags?: number | null;
  components?: Component[] | null;
  allowed_mentions?: { parse?: string[] | null; users?: string[] | null; roles?: string[] | null } | null;
}

/** What Discord's documentation forbids in a message and its official file does not. The body fits that file. */
export function messageProblems(body: unknown, kind: MessageKind): string[] {
  const message = (body ?? {}) as MessageBody;
  const isV2 = kind.componentsV2 || ((message.flags ?? 0) & FLAG.componentsV2) !== 0;
  const problems: string[] = [];
  if ((message.content ?? "").length > 2000) problems.push("content: Must be 2000 or fewer in length.");
  if (isV2) problems.push(...legacyFields(message));
  if (kind.componentsV2 && typeof message.flags === "number" && !(message.flags & FLAG.componentsV2)) {
    problems.push("flags: IS_COMPONENTS_V2 cannot be removed from a message.");
  }
  problems.push(...flagProblems(message.flags ?? 0, kind), ...mentionProblems(message), ...embedProblems(message));
  const isLegacy = !isV2 && !(kind.edits && kind.componentsV2 === undefined);
  problems.push(...componentProblems(message.components ?? [], { isV2, isLegacy }));
  return problems;
}

function legacyFields(message: MessageBody): string[] {
  const problems: string[] = [];
  const complain = (field: string) =>
    problems.push(`${field}: The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`);
  if (message.content) complain("content");
  if (message.embeds?.length) complain("embeds");
  if (message.poll) complain("poll");
  if (message.sticker_ids?.length) complain("sticker_ids");
  return problems;
}

function flagProblems(flags: number, { edits, ephemeralAllowed }: MessageKind): string[] {
  let allowed: number = FLAG.suppressEmbeds | FLAG.componentsV2;
  if (!edits) allowed |= FLAG.suppressNotifications;
  if (ephemeralAllowed) allowed |= FLAG.ephemeral;
  return flags & ~allowed ? [`flags: ${flags & ~allowed} may not be set here.`] : [];
}

function mentionProblems({ allowed_mentions: allowed }: MessageBody): string[] {
  return (["users", "roles"] as const)
    .filter((field) => allowed?.parse?.includes(field) && allowed[field]?.length)
    .map((field) => `allowed_mentions.parse: parse:["${field}"] and ${field}: [ids...] are mutually exclusive.`);
}

function embedProblems({ embeds }: MessageBody): string[] {
  const length = JSON.stringify(embeds ?? []).length;
  return length > 6000 && textLength(embeds) > 6000 ? ["embeds: Embed size exceeds maximum size of 6000"] : [];
}

function textLength(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + textLength(part), 0);
}

interface CallbackBody {
  type: number;
  data?: ({ [field: string]: unknown } & MessageBody) | null;
}

/** The rules for the first answer to an interaction, by its type. Whether it fits the interaction is judged there. */
export function callbackProblems(body: unknown): string[] {
  const { type, data } = body as CallbackBody;
  const under = (problems: string[]) => problems.map((problem) => `data.${problem}`);
  if (type === 4)
    return under(messageProblems(data, { edits: false, ephemeralAllowed: true, componentsV2: undefined }));
  if (type === 7)
    return under(messageProblems(data, { edits: true, ephemeralAllowed: false, componentsV2: undefined }));
  if (type === 5 && ((data?.flags ?? 0) & ~FLAG.ephemeral) !== 0) return ["data.flags: Only EPHEMERAL may be set."];
  if (type === 9) return under(modalProblems(data));
  if (type === 8 && !Array.isArray(data?.choices)) return ["data.choices: This field is required"];
  return [];
}

/** A modal as it is opened: `custom_id`, `title`, `components`. */
export function modalProblems(data: unknown): string[] {
  return modalComponentProblems((data as { components: Component[] }).components);
}
