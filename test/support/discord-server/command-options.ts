import type { Discord } from "./discord.ts";
import { store } from "./files.ts";
import { type Json, wireMember, wireUser } from "./wire.ts";
import type { Attachment, Channel, Command } from "./world.ts";

/** A file that a person attaches. */
export interface PersonFile {
  readonly name: string;
  readonly bytes: Buffer | string;
  readonly contentType?: string;
}

/** What a person can give to a slash command option. */
export type OptionValue = string | number | boolean | PersonFile;

/** A person's file, uploaded. */
export function upload(discord: Discord, channel: Channel, file: PersonFile): Attachment {
  const contentType = file.contentType ?? "text/plain; charset=utf-8";
  return store(discord, channel.id, { name: file.name, contentType, bytes: Buffer.from(file.bytes) });
}

/** A guild's own command wins over a global one of the same name. */
export function commandNamed({ world }: Discord, name: string, type: number, channel: Channel): Command {
  const all = [...world.commands.values()].filter((one) => one.type === type);
  const mine = all.filter((one) => one.guildId === channel.guildId || one.guildId === undefined);
  const found =
    mine.find((one) => one.name === name && one.guildId !== undefined) ?? mine.find((one) => one.name === name);
  if (!found)
    throw new Error(`No command "${name}" of type ${type} here; there are: ${all.map((one) => one.name).join(", ")}.`);
  return found;
}

/** How an interaction names its command. */
export const headOf = (command: Command): Json => ({
  id: command.id,
  name: command.name,
  type: command.type,
  ...(command.guildId && { guild_id: command.guildId }),
});

interface OptionSpec {
  readonly name: string;
  readonly type: number;
  readonly required?: boolean;
  readonly options?: readonly OptionSpec[];
}

/** The options of an interaction, under their subcommand; files are stored and put into `resolved`. */
export function optionsOf(
  discord: Discord,
  command: Command,
  subcommand: string | undefined,
  values: Record<string, OptionValue>,
  channel: Channel,
  resolved: Json,
  focused?: string,
): Json[] {
  const specs = (command.definition.options ?? []) as OptionSpec[];
  if (subcommand === undefined) return valuesOf(discord, specs, values, channel, resolved, focused);
  const spec = specs.find((one) => one.name === subcommand && one.type === 1);
  if (!spec)
    throw new Error(
      `/${command.name} has no subcommand "${subcommand}"; it has ${specs.map((one) => one.name).join(", ")}.`,
    );
  return [
    { name: subcommand, type: 1, options: valuesOf(discord, spec.options ?? [], values, channel, resolved, focused) },
  ];
}

/** Options as the client sends them; it would not send one that is missing though required, or unknown. */
function valuesOf(
  discord: Discord,
  specs: readonly OptionSpec[],
  values: Record<string, OptionValue>,
  channel: Channel,
  resolved: Json,
  focused: string | undefined,
): Json[] {
  const missing = specs.find((spec) => spec.required && values[spec.name] === undefined && focused === undefined);
  if (missing) throw new Error(`The option "${missing.name}" is required.`);
  return Object.entries(values).map(([name, value]) => {
    const spec = specs.find((one) => one.name === name);
    if (!spec) throw new Error(`There is no option "${name}"; there are ${specs.map((one) => one.name).join(", ")}.`);
    const sent = typeof value === "object" ? attached(discord, channel, value, resolved) : value;
    if (spec.type === 6 && typeof sent === "string") resolveUser(discord, channel, sent, resolved);
    return { name, type: spec.type, value: sent, ...(name === focused && { focused: true }) };
  });
}

function attached(discord: Discord, channel: Channel, file: PersonFile, resolved: Json): string {
  const attachment = upload(discord, channel, file);
  resolved.attachments = { ...(resolved.attachments as Json), [attachment.id]: attachment };
  return attachment.id;
}

function resolveUser({ world }: Discord, channel: Channel, id: string, resolved: Json): void {
  const user = world.users.get(id);
  const member = world.guilds.get(channel.guildId ?? "")?.members.get(id);
  if (user) resolved.users = { ...(resolved.users as Json), [id]: wireUser(user) };
  if (member) resolved.members = { ...(resolved.members as Json), [id]: { ...wireMember(member), permissions: "0" } };
}
