import { adminActs } from "./admin-acts.ts";
import type { DeliveryKind } from "./deliver.ts";
import { type Ground, layGround } from "./ground.ts";
import { interactions } from "./interactions.ts";
import type { Json } from "./json.ts";
import { lookAround } from "./look-around.ts";
import { approve } from "./oauth.ts";
import { type Lines, openLines } from "./open-lines.ts";
import { peopleActs } from "./people-acts.ts";
import type { SlackServer, SlackServerOptions } from "./server-shape.ts";

/** Opens a Slack of its own on a free port of 127.0.0.1. See slack-server.ts for how to use it. */
export async function startSlackServer(options: SlackServerOptions = {}): Promise<SlackServer> {
  const ground = layGround(options);
  const lines = await openLines(ground, options);
  const deps = { ...ground, events: lines.events };
  return Object.assign(settable(ground, lines), lookAround(ground.world), {
    ...peopleActs(deps),
    ...adminActs(deps),
    ...interactions(deps),
    ...addresses(ground),
    ...ground.book,
    failNext: ground.faults.failNext,
    chaos: ground.faults.chaos,
    calm: ground.faults.calm,
    struck: ground.faults.struck,
    ...asked(ground, lines),
    world: ground.world,
    views: ground.views,
    bugs: ground.bugs,
    nowMs: ground.nowMs,
    advance: ground.advance,
    link: lines.link,
    deliveries: lines.sent,
    delivery: lines.delivery,
    close: lines.close,
  });
}

function addresses({ world }: Ground) {
  const { baseUrl, appToken, clientId, clientSecret, signingSecret, configToken } = world;
  const authorizeUrl = `${baseUrl}/oauth/v2/authorize`;
  const apiUrl = `${baseUrl}/api/`;
  return { apiUrl, baseUrl, authorizeUrl, appToken, clientId, clientSecret, signingSecret, configToken };
}

/** Questions about what happened, and waiting for what is to happen. */
function asked(ground: Ground, { link, sent }: Lines) {
  const { book, views, changes } = ground;
  return {
    modalOf: views.topOf,
    homeOf: views.homeOf,
    callsOf: (method: string) => book.calls.filter((call) => call.method === method),
    shownIn: (channel: string) => book.posts.filter((shown) => shown.channel === channel),
    redeliver: ({ kind, team, payload }: { kind: DeliveryKind; team: string; payload: object }) =>
      sent.deliver(kind, team, payload as Json).settled,
    approveInstall: (url: string, by: { team: string; user: string }) => approve(ground, url, by),
    until: changes.until,
    connected: (count = 1) => changes.until(`${count} sockets are open`, () => link.open >= count),
    quiet: (withinMs?: number) => changes.until("nothing is being delivered", () => sent.pending === 0, withinMs),
  };
}

/** The few things that a test changes by assignment. */
function settable({ dials }: Ground, { delivery }: Lines) {
  return {
    get requestUrl() {
      return delivery.requestUrl;
    },
    set requestUrl(url: string | undefined) {
      delivery.requestUrl = url;
    },
    get latencyMs() {
      return dials.latencyMs;
    },
    set latencyMs(ms: number) {
      dials.latencyMs = ms;
    },
    get filesLiveAt() {
      return dials.filesLiveAt;
    },
    set filesLiveAt(origin: string | undefined) {
      dials.filesLiveAt = origin;
    },
  };
}
