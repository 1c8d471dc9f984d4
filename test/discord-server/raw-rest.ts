import type { DiscordServer } from "../support/discord-server/discord-server.ts";

export interface RawReply {
  readonly status: number;
  readonly code: number | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever came back
  readonly json: any;
  readonly headers: Headers;
}

/** One request without discord.js, which would refuse some of what must be tried. */
export async function raw(discord: DiscordServer, method: string, path: string, body?: unknown): Promise<RawReply> {
  const isForm = body instanceof FormData;
  const response = await fetch(`${discord.api}/v10${path}`, {
    method,
    headers: {
      authorization: `Bot ${discord.token}`,
      "user-agent": "DiscordBot (https://example.org, 1)",
      ...(body !== undefined && !isForm && { "content-type": "application/json" }),
    },
    body: isForm ? body : body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const json = text ? JSON.parse(text) : undefined;
  return { status: response.status, code: json?.code, json, headers: response.headers };
}

/** A channel's id by its name. */
export function channelId(discord: DiscordServer, name: string): string {
  return [...discord.world.channels.values()].find((channel) => channel.name === name)!.id;
}
