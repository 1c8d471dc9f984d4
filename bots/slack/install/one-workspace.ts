import type { WebClient } from "@slack/web-api";
import type { Logger } from "../../../core/ports/logger.ts";
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
  /** Slack took the bot off the workspace. */
  readonly onGone?: (why: string) => void;
}

/** Piloto in the one workspace whose bot token the settings give, or in all workspaces of one organisation. */
export function oneWorkspace({ botToken, apiUrl, logger, onGone }: OneWorkspaceOptions): OneWorkspace {
  const client = slackClient(botToken, { apiUrl, logger });
  let known: (SlackBot & { readonly enterprise?: string }) | undefined;
  let isDropped = false;
  return {
    async learn() {
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
    },
    clientFor: (team) => (!known || known.enterprise !== undefined || known.home === team ? client : undefined),
    async find({ team, enterprise }) {
      if (!known || isDropped) return undefined;
      if (known.enterprise === undefined) return team === known.home ? known : undefined;
      return enterprise === undefined || enterprise === known.enterprise ? known : undefined;
    },
    async drop(home, why) {
      if (known?.home !== home) return;
      isDropped = true;
      const told = `Piloto was taken off its Slack workspace: ${why}. Install the app again, then start Piloto again.`;
      logger.error({ home }, told);
      onGone?.(told);
    },
  };
}
