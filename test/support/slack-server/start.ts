import { book } from "./book.ts";
import { changes } from "./changes.ts";
import { deliveries, type Transport } from "./deliver.ts";
import { eventOut } from "./event-out.ts";
import { faults } from "./faults.ts";
import { fileCabinet } from "./file-cabinet.ts";
import { httpDelivery } from "./http-delivery.ts";
import { openHttpFront } from "./http-front.ts";
import { interactions } from "./interactions.ts";
import type { Json } from "./json.ts";
import { sessionIn } from "./methods/agents.ts";
import { approve, type OAuthCodes } from "./oauth.ts";
import { openViews } from "./open-views.ts";
import { peopleActs } from "./people-acts.ts";
import { rateLimits } from "./rate-limits.ts";
import { responseUrls } from "./response-urls.ts";
import type { SlackServer, SlackServerOptions } from "./server-shape.ts";
import { ALL_EVENTS, ALL_SCOPES, directChannel, settleTeam } from "./settle-team.ts";
import { type SocketLink, socketLink } from "./socket-link.ts";
import { answerCall, type WebApiDeps } from "./web-api.ts";
import { channelOf, newWorld, type SlackMessage, teamOf, threadOf, userOf, type World } from "./world.ts";

/** Opens a Slack of its own on a free port of 127.0.0.1. See slack-server.ts for how to use it. */
export async function startSlackServer(options: SlackServerOptions = {}): Promise<SlackServer> {
  let movedMs = 0;
  const nowMs = () => Date.now() + movedMs;
  const { seed = 1, historyLimit = 2000, keepLatest = 5000, ackTimeoutMs = 3000 } = options;
  const world = newWorld({ seed, historyLimit, nowMs });
  const grants = { scopes: options.scopes ?? ALL_SCOPES, events: options.events ?? ALL_EVENTS };
  for (const team of options.teams ?? [{ id: "T0ACME", name: "Acme" }]) settleTeam(world, team, grants);

  const bugs: unknown[] = [];
  const state = { latencyMs: options.latencyMs ?? 0, filesLiveAt: undefined as string | undefined };
  const change = changes(() => describe());
  const log = book(change, keepLatest);
  const trouble = faults();
  const codes: OAuthCodes = new Map();
  const views = openViews(world);
  const files = fileCabinet(world);
  const responses = responseUrls({ world, book: log });
  let api: WebApiDeps;
  const front = await openHttpFront({
    world,
    files,
    codes,
    responses,
    callMethod: (method, request, body) => answerCall(api, method, request, body),
    latencyMs: () => state.latencyMs,
    fileHost: () => state.filesLiveAt,
    onBug: (cause) => bugs.push(cause),
  });
  world.baseUrl = `http://127.0.0.1:${front.port}`;

  const link = socketLink(front.http, {
    world,
    changes: change,
    ackTimeoutMs,
    pingEveryMs: options.pingEveryMs ?? 5000,
    onMalformed: (problem) => log.violation("socket", problem),
  });
  const delivery = httpDelivery({
    world,
    ackTimeoutMs,
    ...(options.requestUrl ? { requestUrl: options.requestUrl } : {}),
  });
  const sent = deliveries({
    world,
    changes: change,
    transport: () => (options.transport === "http" ? delivery : shaken(link, () => trouble.connectionChaos())),
    chaos: () => trouble.deliveryChaos(),
    retryDelaysMs: options.retryDelaysMs ?? [0, 60_000, 300_000],
    keepLatest,
  });
  const events = eventOut(world, (kind, team, payload) => sent.deliver(kind, team, payload));
  const limits = rateLimits(options.rateLimits, nowMs);
  api = { world, book: log, events, views, files, link, faults: trouble, codes, limits };

  function describe(): string {
    const calls = log.calls.slice(-8).map((c) => `  ${c.method} → ${c.outcome}${c.fault ? ` (${c.fault})` : ""}`);
    const counts = `sockets ${link.open}, deliveries ${JSON.stringify(sent.counts)}, pending ${sent.pending}`;
    const said = [...log.violations.slice(-5), ...bugs.map(String)].map((v) => `  ! ${v}`);
    return [`The fake Slack saw: ${counts}`, ...calls, ...said].join("\n");
  }

  return Object.assign(settable(state, delivery), looks(world), {
    ...peopleActs({ world, events, files }),
    ...interactions({ world, events, views, responses, book: log }),
    failNext: trouble.failNext,
    chaos: trouble.chaos,
    calm: trouble.calm,
    struck: trouble.struck,
    ...log,
    apiUrl: `${world.baseUrl}/api/`,
    baseUrl: world.baseUrl,
    authorizeUrl: `${world.baseUrl}/oauth/v2/authorize`,
    appToken: world.appToken,
    clientId: world.clientId,
    clientSecret: world.clientSecret,
    signingSecret: world.signingSecret,
    configToken: world.configToken,
    world,
    link,
    views,
    deliveries: sent,
    delivery,
    bugs,
    nowMs,
    advance(ms: number) {
      movedMs += ms;
    },
    modalOf: views.topOf,
    homeOf: views.homeOf,
    callsOf: (method: string) => log.calls.filter((call) => call.method === method),
    shownIn: (channel: string) => log.posts.filter((shown) => shown.channel === channel),
    redeliver: ({
      kind,
      team,
      payload,
    }: {
      kind: "events_api" | "slash_commands" | "interactive";
      team: string;
      payload: object;
    }) => sent.deliver(kind, team, payload as Json).settled,
    approveInstall: (url: string, by: { team: string; user: string }) => approve({ world, codes }, url, by),
    until: change.until,
    connected: (count = 1) => change.until(`${count} sockets are open`, () => link.open >= count),
    quiet: (withinMs?: number) => change.until("nothing is being delivered", () => sent.pending === 0, withinMs),
    async close() {
      change.close();
      sent.close();
      await link.close();
      delivery.close();
      await front.close();
    },
  });
}

/** A link whose connections are cut or refreshed by chance after a delivery. */
function shaken(link: SocketLink, draw: () => "cut" | "refresh" | undefined): Transport {
  return {
    async send(delivery, retry) {
      const sending = link.send(delivery, retry);
      const what = draw();
      if (what === "cut") link.cut("random");
      if (what === "refresh") link.disconnect("refresh_requested");
      return sending;
    },
  };
}

/** The few things that a test changes by assignment. */
function settable(
  state: { latencyMs: number; filesLiveAt: string | undefined },
  delivery: { requestUrl: string | undefined },
) {
  return {
    get requestUrl() {
      return delivery.requestUrl;
    },
    set requestUrl(url: string | undefined) {
      delivery.requestUrl = url;
    },
    get latencyMs() {
      return state.latencyMs;
    },
    set latencyMs(ms: number) {
      state.latencyMs = ms;
    },
    get filesLiveAt() {
      return state.filesLiveAt;
    },
    set filesLiveAt(origin: string | undefined) {
      state.filesLiveAt = origin;
    },
  };
}

/** The questions that only look at the world. */
function looks(world: World) {
  const firstTeam = () => [...world.teams.keys()][0]!;
  const team = (id = firstTeam()) => teamOf(world, id);
  const own = (channel: string) => [...channelOf(world, channel).log.values()].filter((m) => m.bot_id);
  return {
    team,
    botToken: (id?: string) => installed(team(id)).botToken,
    botUserId: (id?: string) => installed(team(id)).botUserId,
    history(channel: string, { all = false } = {}) {
      const messages = [...channelOf(world, channel).log.values()];
      return all ? messages : messages.filter((m) => !m.thread_ts || m.thread_ts === m.ts);
    },
    thread: (channel: string, rootTs: string) => threadOf(channelOf(world, channel), rootTs),
    message: (channel: string, ts: string) => channelOf(world, channel).log.get(ts),
    lastPost(channel: string, thread?: string): SlackMessage {
      const last = own(channel).findLast((m) => thread === undefined || m.thread_ts === thread);
      if (!last) throw new Error(`The app posted nothing in ${channel}${thread ? ` in thread ${thread}` : ""}.`);
      return last;
    },
    snapshot: (message: SlackMessage) => structuredClone(message),
    ephemeralsTo: (user: string, channel?: string) =>
      world.ephemerals.filter((e) => e.to === user && !e.deleted && (!channel || e.channel === channel)),
    dmOf: (user: string) => directChannel(team(userOf(world, user).teamId), user).id,
    sessionOf: (channel: string, thread: string) => sessionIn(world, channel, thread),
    postsByKey(keyOf = metadataKey) {
      const byKey = new Map<string, SlackMessage[]>();
      for (const { channels } of world.teams.values()) {
        for (const { log } of channels.values()) {
          for (const message of log.values()) {
            const key = message.bot_id ? keyOf(message) : undefined;
            if (key !== undefined) byKey.set(key, [...(byKey.get(key) ?? []), message]);
          }
        }
      }
      return byKey;
    },
  };
}

function installed(team: ReturnType<typeof teamOf>) {
  if (!team.installation) throw new Error(`The app is not installed in ${team.id}.`);
  return team.installation;
}

function metadataKey({ metadata }: SlackMessage): string | undefined {
  return metadata && `${metadata.event_type} ${JSON.stringify(metadata.event_payload)}`;
}
