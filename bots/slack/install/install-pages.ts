import type { ServerResponse } from "node:http";
import { InstallProvider } from "@slack/oauth";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import type { Stores } from "../../../core/ports/stores.ts";
import { withoutTokens } from "../connect/explain-failure.ts";
import type { Answer } from "../connect/slack-listener.ts";
import { asSlackLogger } from "../post/slack-client.ts";
import { BOT_SCOPES } from "../setup/scopes.ts";
import { SLACK_PATHS, type SlackSettings } from "../slack-settings.ts";
import { installState, STATE_LIFE_MS } from "./install-state.ts";
import type { Installations } from "./installations.ts";

export interface InstallPagesDeps {
  readonly settings: SlackSettings & { readonly clientId: string; readonly clientSecret: string };
  readonly installations: Installations;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly logger: Logger;
}

const CALL_WITHIN_MS = 15_000;

/** The page on which a workspace begins to install Piloto, and the one to which Slack sends it back. */
export function installPages({ settings, installations, stores, clock, logger }: InstallPagesDeps): {
  onInstall: Answer;
  onCallback: Answer;
} {
  const { clientId, clientSecret, apiUrl, authorizeUrl, listen } = settings;
  const { publicUrl } = listen;
  const options = {
    scopes: Object.keys(BOT_SCOPES),
    ...(publicUrl === undefined ? {} : { redirectUri: publicUrl + SLACK_PATHS.callback }),
  };
  const provider = new InstallProvider({
    clientId,
    clientSecret,
    installationStore: installations,
    stateStore: installState({ stores, clock, clientSecret, options }),
    stateCookieExpirationSeconds: STATE_LIFE_MS / 1000,
    renderHtmlForInstallPath: (url) =>
      page("Install Piloto", `<p><a href="${escapeHtml(url)}">Add Piloto to Slack</a></p>`),
    logger: asSlackLogger(logger),
    clientOptions: { slackApiUrl: apiUrl, retryConfig: { retries: 0 }, timeout: CALL_WITHIN_MS },
    ...(authorizeUrl === undefined ? {} : { authorizationUrl: authorizeUrl }),
  });
  return {
    async onInstall(request, response) {
      response.setHeader("Cache-Control", "no-store");
      await provider.handleInstallPath(request, response, undefined, options);
    },
    async onCallback(request, response) {
      response.setHeader("Cache-Control", "no-store");
      await provider.handleCallback(request, response, {
        success: (installation) => {
          const name = installation.team?.name ?? installation.enterprise?.name ?? "the workspace";
          tell(
            response,
            200,
            "Piloto is installed",
            `<p>Piloto is in ${escapeHtml(name)} now. Mention it in a channel, or write to it.</p>`,
          );
        },
        failure: (error) => {
          logger.warn({ code: error.code }, `An installation by OAuth failed: ${withoutTokens(error.message)}`);
          const again = `<p>Nothing was installed. <a href="${SLACK_PATHS.install}">Begin again</a>.</p>`;
          tell(
            response,
            400,
            "That did not work",
            `<p>${escapeHtml(withoutTokens(error.message).slice(0, 300))}</p>${again}`,
          );
        },
      });
    },
  };
}

function tell(response: ServerResponse, status: number, title: string, body: string): void {
  response.writeHead(status, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'",
  });
  response.end(page(title, body));
}

const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>${title}</h1>${body}</body></html>\n`;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found);
