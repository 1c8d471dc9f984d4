import type { Installation, InstallationStore } from "@slack/bolt";
import { z } from "zod";
import { isPilotoError, PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Secrets } from "../../../core/ports/secrets.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { slackClient } from "../post/slack-client.ts";
import { SLACK } from "../slack-ids.ts";
import { noteOf, tokenPlace } from "./install-places.ts";
import { rememberFor, type SlackBot, type SlackBots, type SlackWhere } from "./slack-bots.ts";

/** What is noted of an installation; its token lies among the secrets. */
const Facts = z.object({
  name: z.string(),
  user: z.string(),
  botId: z.string().optional(),
  isOrganisation: z.boolean(),
  scopes: z.array(z.string()),
  installedBy: z.string(),
});
type Facts = z.infer<typeof Facts>;

export interface InstallationsDeps {
  readonly stores: Stores;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly apiUrl?: string;
}

export interface Installations extends SlackBots, InstallationStore {
  /** The keys of all installations, at most 1,000. */
  homes(): Promise<string[]>;
}

/** How long another process may still use what this one removed. */
const BELIEVED_MS = 15_000;
const organisationOf = (team: string) => `organisation/${team}`;

/**
 * The workspaces that installed Piloto by OAuth: facts in the face's notes, tokens sealed among the secrets, both by
 * team, or by organisation where Piloto was installed for all of it. Storing one again replaces it.
 */
export function openInstallations(deps: InstallationsDeps): Installations {
  const { stores, secrets, clock, logger } = deps;
  const bots = rememberFor(BELIEVED_MS, clock, (home) => lookUp(home, deps));
  const organisations = rememberFor(BELIEVED_MS, clock, async (team) => {
    const note = await stores.read((tx) => tx.faceNotes.get(SLACK, organisationOf(team)));
    return typeof note === "string" ? note : undefined;
  });
  const clients = new Map<string, SlackBot>();

  /** One client a token, so that calls of a workspace wait in one line. */
  async function bot(home: string | undefined): Promise<SlackBot | undefined> {
    const found = home === undefined ? undefined : await bots.get(home);
    if (!found) return undefined;
    const known = clients.get(found.home);
    if (known?.token === found.token && known.user === found.user) return known;
    clients.set(found.home, found);
    return found;
  }

  /** What is told later needs the organisation of a workspace that has no installation of its own. */
  async function rememberOrganisation(team: string, enterprise: string): Promise<void> {
    if ((await organisations.get(team)) === enterprise) return;
    await stores.atomically((tx) => tx.faceNotes.put(SLACK, organisationOf(team), enterprise, clock.nowMs()));
    organisations.forget(team);
  }

  async function remove(home: string, why: string): Promise<void> {
    const isGone = await stores.atomically((tx) => tx.faceNotes.remove(SLACK, noteOf(home)));
    await secrets.remove(tokenPlace(home), SLACK);
    bots.forget(home);
    clients.delete(home);
    if (isGone) logger.warn({ home }, `Piloto is no longer installed in this Slack workspace: ${why}.`);
  }

  return {
    async find({ team, enterprise }: SlackWhere) {
      const own = await bot(team);
      if (own) return own;
      const over = enterprise ?? (team && (await organisations.get(team)));
      const found = await bot(over);
      if (found && team && enterprise) await rememberOrganisation(team, enterprise);
      return found;
    },
    drop: remove,
    async homes() {
      const notes = await stores.read((tx) => tx.faceNotes.list(SLACK, noteOf(""), { limit: 1_000 }));
      return notes.map(({ key }) => key.slice(noteOf("").length));
    },
    async storeInstallation(installation) {
      const { home, facts, token } = readInstallation(installation);
      await secrets.put(tokenPlace(home), token, `slack:${home}/${facts.installedBy}`);
      await stores.atomically((tx) => tx.faceNotes.put(SLACK, noteOf(home), facts, clock.nowMs()));
      bots.forget(home);
      logger.info({ home, name: facts.name }, "Piloto was installed in a Slack workspace.");
    },
    async fetchInstallation({ teamId, enterpriseId }) {
      const found = (await bot(teamId)) ?? (await bot(enterpriseId));
      if (!found) throw new PilotoError("SECRET_NOT_FOUND", "Piloto is not installed in that Slack workspace.");
      return asInstallation(found);
    },
    async deleteInstallation({ teamId, enterpriseId, isEnterpriseInstall }) {
      const home = isEnterpriseInstall ? enterpriseId : teamId;
      if (home !== undefined) await remove(home, "it was removed");
    },
  };
}

async function lookUp(home: string, { stores, secrets, logger, apiUrl }: InstallationsDeps) {
  const note = await stores.read((tx) => tx.faceNotes.get(SLACK, noteOf(home)));
  const facts = Facts.safeParse(note);
  if (!facts.success) return undefined;
  try {
    const token = await secrets.get(tokenPlace(home));
    const { user, botId } = facts.data;
    return { home, user, botId, token, client: slackClient(token, { apiUrl, logger }) };
  } catch (error) {
    if (!isPilotoError(error)) throw error;
    logger.error({ home, code: error.code }, `The token of a Slack workspace cannot be read. ${error.message}`);
    return undefined;
  }
}

/** @throws PilotoError INPUT_INVALID for what holds no bot: Piloto cannot work with it */
function readInstallation(installation: Installation): { home: string; facts: Facts; token: string } {
  const { team, enterprise, bot, user, isEnterpriseInstall = false } = installation;
  const home = isEnterpriseInstall ? enterprise?.id : team?.id;
  if (!home || !bot?.token || !bot.userId) {
    throw new PilotoError(
      "INPUT_INVALID",
      "Slack gave no bot with this installation. Does the app ask for bot scopes?",
    );
  }
  const facts = {
    name: (isEnterpriseInstall ? enterprise?.name : team?.name) ?? home,
    user: bot.userId,
    ...(bot.id ? { botId: bot.id } : {}),
    isOrganisation: isEnterpriseInstall,
    scopes: bot.scopes ?? [],
    installedBy: user.id,
  };
  return { home, facts, token: bot.token };
}

function asInstallation({ home, user, botId, token }: SlackBot): Installation<"v2", boolean> {
  const isOrganisation = home.startsWith("E");
  return {
    team: isOrganisation ? undefined : { id: home },
    enterprise: isOrganisation ? { id: home } : undefined,
    isEnterpriseInstall: isOrganisation,
    user: { token: undefined, scopes: undefined, id: user },
    bot: { token, userId: user, id: botId ?? "", scopes: [] },
    authVersion: "v2",
  } as Installation<"v2", boolean>;
}
