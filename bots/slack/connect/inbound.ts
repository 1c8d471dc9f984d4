import { catchUp } from "../hear/catch-up.ts";
import type { HearDeps } from "../hear/hear-deps.ts";
import { openHomes } from "../hear/homes.ts";
import { listen } from "../hear/listen.ts";
import { HttpReceiver } from "./http-receiver.ts";
import { openApp } from "./open-app.ts";
import type { Answer } from "./slack-listener.ts";
import { SocketReceiver } from "./socket-receiver.ts";

/** Everything that comes from Slack, from the connection to the core. */
export interface Inbound {
  /** HTTP mode: answers Slack's deliveries; to be put on a listener. */
  readonly onDelivery?: Answer;
  /** Takes deliveries, and fetches what was said while nobody listened. Socket Mode: resolves after the first try. */
  start(): Promise<void>;
  /** Takes nothing new and finishes what has begun, within `withinMs`. */
  stop(withinMs: number): Promise<void>;
}

/** Bolt and the listeners; loaded when Slack is really opened. */
export function openInbound(deps: HearDeps): Inbound {
  const { settings, limits, clock, logger, state, stores } = deps;
  const ending = new AbortController();
  const homes = openHomes(deps);
  let isGapNew = false;
  let catching: Promise<void> | undefined;

  async function catchUpWhileNew(): Promise<void> {
    while (isGapNew && !ending.signal.aborted) {
      isGapNew = false;
      try {
        await catchUp(deps, ending.signal);
      } catch (error) {
        // The database did not answer, and may in a while.
        state.count("catchUpFailures");
        logger.error({ error: String(error) }, "Could not catch up with Slack; it is tried again.");
        isGapNew = true;
        await clock.sleep(limits.longestPauseMs, ending.signal);
      }
    }
    catching = undefined;
  }

  function onGap(): void {
    isGapNew = true;
    catching ??= catchUpWhileNew();
  }

  const http =
    settings.mode === "http"
      ? new HttpReceiver({ signingSecret: settings.signingSecret ?? "", limits, clock, logger, state })
      : undefined;
  const { appToken = "", apiUrl } = settings;
  const receiver = http ?? new SocketReceiver({ appToken, apiUrl, limits, clock, logger, state, onGap });
  const listening = listen(openApp(receiver, { logger, state }), homes, deps);
  const unsubscribe = stores.onCommit(() => homes.changed());

  return {
    ...(http ? { onDelivery: (request, response) => http.answer(request, response) } : {}),
    async start() {
      await receiver.start();
      if (http) state.set("connected");
      onGap();
    },
    async stop(withinMs) {
      unsubscribe();
      ending.abort();
      const tooLong = new AbortController();
      const work = Promise.all([receiver.stop(), homes.stop(), catching, listening.settled()]);
      await Promise.race([work, clock.sleep(withinMs, tooLong.signal)]);
      tooLong.abort();
    },
  };
}
