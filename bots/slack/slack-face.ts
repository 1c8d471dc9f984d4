import { PilotoError } from "../../core/domain/errors.ts";
import type { Core } from "../../core/index.ts";
import type { ChatFace, ChatFaceDeps } from "../shared/chat-face.ts";
import { fewAtOnce, MESSAGES_WITH_FILES } from "../shared/few-at-once.ts";
import { explainFailure } from "./connect/explain-failure.ts";
import { type FaceState, faceState } from "./connect/face-state.ts";
import type { Inbound } from "./connect/inbound.ts";
import { openSlackListener, type SlackListener } from "./connect/slack-listener.ts";
import { openHeldThreads } from "./hear/held-threads.ts";
import { openOnce } from "./hear/once.ts";
import { recentKeys } from "./hear/recent-keys.ts";
import { type Installations, openInstallations } from "./install/installations.ts";
import { type OneWorkspace, oneWorkspace } from "./install/one-workspace.ts";
import { openGroups } from "./people/groups.ts";
import { openNames } from "./people/names.ts";
import { createSlackPlatform, type SlackPlatformDeps } from "./post/slack-platform.ts";
import { SLACK_LIMITS, type SlackLimits, type SlackSettings } from "./slack-settings.ts";

const RECENT = 10_000;

/** What a face shows of itself beyond `ChatFace`. */
export interface SlackFace extends ChatFace {
  /** Where deliveries and installations come in, once it is open: `http://127.0.0.1:7422`. */
  readonly listens: string | undefined;
}

/**
 * Piloto in Slack: one workspace by token, or many by OAuth, over Socket Mode or signed HTTP. Opens nothing before
 * `start`. Nothing that Slack sends or fails to answer ends the process.
 * @throws PilotoError SETTINGS_INVALID when a token is missing, with what to set
 */
export function createSlackFace(
  settings: SlackSettings,
  deps: ChatFaceDeps,
  pace?: SlackPlatformDeps["pace"],
): SlackFace {
  mustBeComplete(settings);
  const { stores, clock, logger, language } = deps;
  const limits: SlackLimits = { ...SLACK_LIMITS, ...settings.limits };
  const state = faceState(clock);
  const bots = botsOf(settings, state, deps);
  const platform = createSlackPlatform({
    clientFor: async (team) => ("clientFor" in bots ? bots.clientFor(team) : (await bots.find({ team }))?.client),
    stores,
    clock,
    logger,
    language,
    ...(pace ? { pace } : {}),
  });
  const ending = new AbortController();
  let core: Core | undefined;
  let opened: Opened | undefined;
  let opening: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function start(): Promise<void> {
    if (!core) throw new Error("The face was not attached to a core.");
    state.set("connecting");
    const hear = {
      ...{ settings, limits, core, bots, state, stores, clock, logger, language },
      names: openNames(clock, limits.namesMs),
      groups: openGroups(clock, limits.groupsMs, logger),
      once: openOnce({ stores, clock }),
      held: openHeldThreads({ stores, clock }),
      recent: recentKeys(RECENT),
      fileTurns: fewAtOnce(MESSAGES_WITH_FILES),
    };
    // Bolt is large: commands that only need the settings do not load it.
    const { openInbound } = await import("./connect/inbound.ts");
    const inbound = openInbound(hear);
    // What listens to the core must end with the face, whatever becomes of the port.
    opened = { inbound };
    opened = { inbound, listener: await openListener(inbound, settings, bots, deps) };
    await connected({ inbound, bots, state, limits, signal: ending.signal }, deps);
  }

  async function stop(withinMs: number): Promise<void> {
    ending.abort();
    const over = new AbortController();
    const atMost = (part: number) => clock.sleep(withinMs * part, over.signal);
    // What a start under way throws was told to whoever started it.
    await Promise.race([Promise.allSettled([opening]), atMost(0.1)]);
    await opened?.inbound.stop(withinMs * 0.6);
    await opened?.listener?.close(withinMs * 0.2);
    await Promise.race([platform.settled(), atMost(0.1)]);
    over.abort();
    state.set("off");
  }

  return {
    platform,
    attach(made) {
      core = made;
    },
    start() {
      opening ??= start();
      return opening;
    },
    stop(withinMs) {
      stopping ??= stop(withinMs);
      return stopping;
    },
    health: () => state.health(platform.counts()),
    get listens() {
      return opened?.listener?.url;
    },
  };
}

interface Opened {
  readonly inbound: Inbound;
  readonly listener?: SlackListener;
}

type Bots = OneWorkspace | Installations;

function botsOf(
  { botToken, apiUrl }: SlackSettings,
  state: FaceState,
  { stores, secrets, clock, logger }: ChatFaceDeps,
): Bots {
  const onGone = (why: string) => state.set("down", why);
  const onBack = () => state.set("connected");
  if (botToken !== undefined) return oneWorkspace({ botToken, apiUrl, logger, clock, onGone, onBack });
  return openInstallations({ stores, secrets, clock, logger, apiUrl });
}

async function openListener(
  { onDelivery }: Inbound,
  settings: SlackSettings,
  bots: Bots,
  { stores, clock, logger }: ChatFaceDeps,
): Promise<SlackListener | undefined> {
  const { listen, clientId, clientSecret } = settings;
  const isOAuth = "homes" in bots && clientId !== undefined && clientSecret !== undefined;
  if (!onDelivery && !isOAuth) return undefined;
  const pages = isOAuth
    ? (await import("./install/install-pages.ts")).installPages({
        settings: { ...settings, clientId, clientSecret },
        ...{ installations: bots, stores, clock, logger },
      })
    : {};
  const listener = await openSlackListener({ listen, logger, ...(onDelivery ? { onDelivery } : {}), ...pages });
  logger.info({ url: listener.url }, "Listening for Slack.");
  return listener;
}

interface Connecting {
  readonly inbound: Inbound;
  readonly bots: Bots;
  readonly state: FaceState;
  readonly limits: SlackLimits;
  readonly signal: AbortSignal;
}

/** Resolves when Slack is connected, or when the first try failed: it goes on trying then. */
async function connected(connecting: Connecting, deps: ChatFaceDeps): Promise<void> {
  const { inbound, bots, signal } = connecting;
  const isReady = "homes" in bots || (await isKnown(bots, connecting, deps));
  if (signal.aborted) return;
  if (isReady || !("learn" in bots)) return inbound.start();
  void keepTrying(bots, connecting, deps);
}

async function keepTrying(bots: OneWorkspace, connecting: Connecting, deps: ChatFaceDeps): Promise<void> {
  const { limits, signal, inbound } = connecting;
  for (let pauseMs = limits.firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, limits.longestPauseMs)) {
    await deps.clock.sleep(pauseMs * (0.5 + Math.random() / 2), signal);
    const isReady = !signal.aborted && (await isKnown(bots, connecting, deps));
    if (isReady && !signal.aborted) return inbound.start();
  }
}

/** Whether Slack takes the bot's token; says in health and log why not. */
async function isKnown(bots: OneWorkspace, { state }: Connecting, { logger }: ChatFaceDeps): Promise<boolean> {
  try {
    const { home, user } = await bots.learn();
    logger.info({ team: home, user }, "Slack knows Piloto's bot.");
    return true;
  } catch (error) {
    const { code, why, needsPerson } = explainFailure(error);
    state.count("connectFailures");
    state.set(needsPerson ? "down" : "connecting", why);
    logger.error({ code }, `Slack could not be asked who Piloto is there. ${why}`);
    return false;
  }
}

function mustBeComplete({ mode, botToken, appToken, signingSecret, clientId, clientSecret }: SlackSettings): void {
  const missing = [
    ...(mode === "socket" && !appToken ? ["the app-level token (SLACK_APP_TOKEN, or the secret slack:app-token)"] : []),
    ...(mode === "http" && !signingSecret
      ? ["the signing secret (SLACK_SIGNING_SECRET, or the secret slack:signing-secret)"]
      : []),
    ...(!botToken && !(clientId && clientSecret)
      ? ["a bot token (SLACK_BOT_TOKEN, or the secret slack:bot-token), or client id and secret for OAuth"]
      : []),
  ];
  if (missing.length === 0) return;
  throw new PilotoError(
    "SETTINGS_INVALID",
    `Slack in ${mode} mode wants ${missing.join(", and ")}. See docs/slack.md.`,
  );
}
