import { App, type Receiver } from "@slack/bolt";
import type { Logger } from "../../../core/ports/logger.ts";
import { asSlackLogger } from "../post/slack-client.ts";
import { explainFailure } from "./explain-failure.ts";
import type { FaceState } from "./face-state.ts";

/**
 * A Bolt app over one of our receivers. Which workspace and token something belongs to is decided by the listeners
 * (shared channels need more than Bolt looks at), so Bolt authorizes everything and gets no token.
 */
export function openApp(receiver: Receiver, { logger, state }: { logger: Logger; state: FaceState }): App {
  const app = new App({
    receiver,
    authorize: async () => ({}),
    logger: asSlackLogger(logger),
    ignoreSelf: false,
    convoStore: false,
  });
  app.error(async (error) => {
    state.count("failed");
    logger.error({ code: error.code, why: explainFailure(error).why }, "Bolt could not work on something of Slack.");
  });
  return app;
}
