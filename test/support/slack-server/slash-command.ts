import type { Ack } from "./deliver.ts";
import type { InteractionDeps, SlashCommand, Taken } from "./interaction-shape.ts";
import { asText, isJson, type Json } from "./json.ts";
import { rememberEphemeral } from "./methods/chat.ts";
import { directChannel } from "./settle-team.ts";
import { channelOf, teamOf, userOf } from "./world.ts";

/** Somebody types a command; the app's answer in its acknowledgement is shown to them alone. */
export async function runSlashCommand(
  { world, events, views, responses, book }: InteractionDeps,
  { command = "/piloto", text, user, channel }: SlashCommand,
): Promise<Taken> {
  const team = teamOf(world, userOf(world, user).teamId);
  const place = channel ? channelOf(world, channel) : directChannel(team, user);
  const triggerId = views.newTrigger(team.id, user);
  const url = responses.make({ channel: place.id, user });
  const payload: Json = {
    token: "verification-token",
    team_id: team.id,
    team_domain: team.domain,
    channel_id: place.id,
    channel_name: place.kind === "im" ? "directmessage" : place.name,
    user_id: user,
    user_name: userOf(world, user).name,
    command,
    text,
    api_app_id: world.appId,
    is_enterprise_install: "false",
    response_url: url,
    trigger_id: triggerId,
  };
  const ack = await events.other("slash_commands", team, payload).settled;
  showAckText({ world, book }, { team: team.id, channel: place.id, to: user }, ack);
  return { ack, triggerId, responseUrl: url };
}

/** A text in the acknowledgement of a command is shown to the person alone. */
function showAckText(
  { world, book }: Pick<InteractionDeps, "world" | "book">,
  place: { team: string; channel: string; to: string },
  ack: Ack,
): void {
  const said = ack.acked && isJson(ack.response) ? ack.response : undefined;
  if (!said || (!said.text && !said.blocks)) return;
  const blocks = Array.isArray(said.blocks) ? { blocks: said.blocks as Json[] } : {};
  const shown = { ...place, ts: world.nextTs(), text: asText(said.text) ?? "", ...blocks };
  rememberEphemeral({ world, book }, { ...shown, by: "ack", deleted: false, edits: 0 });
}
