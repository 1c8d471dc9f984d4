import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { explainFailure } from "../connect/explain-failure.ts";
import { slackClient } from "../post/slack-client.ts";
import type { SlackBot, SlackBots } from "./slack-bots.ts";

/** The bot of a token that the settings give. */
export interface OneWorkspace extends SlackBots {
  /** Asks Slack whose token it is. Once it knows, later calls ask nothing. @throws what web-api throws */
  learn(): Promise<SlackBot>;
  /**
   * For what is told: also before Slack said whose token it is, and after it was revoked. Slack says no then, and it
   * is told when the token is good. `undefined` for another workspace.
   */
  clientFor(team: string): WebClient | undefined;
}

export interface OneWorkspaceOptions {
  readonly botToken: string;
  readonly apiUrl?: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Slack took the bot off the workspace. */
  readonly onGone?: (why: string) => void;
  /** Its token is taken again. */
  readonly onBack?: () => void;
}

/** A token that was revoked is tried again this often, while something comes from its workspace. */
const AGAIN_EVERY_MS = 30_000;

/** Piloto in the one workspace whose bot token the settings give, or in all workspaces of one organisation. */
export function oneWorkspace(options: OneWorkspaceOptions): OneWorkspace {
  const { botToken, apiUrl, logger, clock, onGone, onBack } = options;
  const client = slackClient(botToken, { apiUrl, logger });
  let known: (SlackBot & { readonly enterprise?: string }) | undefined;
  let isDropped = false;
  let askAgainAtMs = 0;

  async function learn(): Promise<SlackBot> {
    if (known && !isDropped) return known;
    const { team_id, user_id, bot_id, enterprise_id, is_enterprise_install } = await client.auth.test();
    const enterprise = is_enterprise_install ? enterprise_id : undefined;
    known = {
      home: enterprise ?? team_id ?? "",
      user: user_id ?? "",
      botId: bot_id,
      token: botToken,
      client,
      ...(enterprise === undefined ? {} : { enterprise }),
    };
    isDropped = false;
    return known;
  }

  /** Something came from the workspace, so the app may have been installed again with the same token. */
  async function isBack(): Promise<boolean> {
    if (clock.nowMs() < askAgainAtMs) return false;
    askAgainAtMs = clock.nowMs() + AGAIN_EVERY_MS;
    try {
      await learn();
    } catch (error) {
      logger.info({ code: explainFailure(error).code }, "Slack still does not take Piloto's token.");
      return false;
    }
    logger.info({}, "Slack takes Piloto's token again.");
    onBack?.();
    return true;
  }

  return {
    learn,
    clientFor: (team) => (!known || known.enterprise !== undefined || known.home === team ? client : undefined),
    async find({ team, enterprise }) {
      if (!known || (isDropped && !(await isBack()))) return undefined;
      if (known.enterprise === undefined) return team === known.home ? known : undefined;
      return enterprise === undefined || enterprise === known.enterprise ? known : undefined;
    },
    async drop(home, why) {
      if (known?.home !== home) return;
      isDropped = true;
      askAgainAtMs = clock.nowMs() + AGAIN_EVERY_MS;
      const told = `Piloto was taken off its Slack workspace: ${why}. Install the app again; if its token is a new one, set it and start Piloto again.`;
      logger.error({ home }, told);
      onGone?.(told);
    },
  };
}
