import type { Place } from "../shared/chat-face.ts";

/** How Piloto is in Slack. Tokens are given as values by whoever read them from secrets or the environment. */
export interface SlackSettings {
  /** `socket`: Slack is called, no public address is needed. `http`: Slack calls `listen.publicUrl`. */
  readonly mode: "socket" | "http";
  /** One workspace. Absent: workspaces install Piloto by OAuth, which needs a client. */
  readonly botToken?: string;
  /** `xapp-…` with connections:write. Wanted in socket mode. */
  readonly appToken?: string;
  /** Wanted in HTTP mode. */
  readonly signingSecret?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Of Slack's Web API, also that of OAuth and Socket Mode. Default `https://slack.com/api/`. */
  readonly apiUrl?: string;
  /** Where a person allows an installation. Default `https://slack.com/oauth/v2/authorize`. */
  readonly authorizeUrl?: string;
  /** Where deliveries (HTTP mode) and installations (OAuth) come in; not opened when neither is wanted. */
  readonly listen: SlackListen;
  readonly places: readonly Place[];
  /** Hosts beside Slack's own from which files of messages may be fetched: `127.0.0.1:4000`. */
  readonly fileHosts?: readonly string[];
  readonly limits?: Partial<SlackLimits>;
}

export interface SlackListen {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** How people and Slack reach it, without a slash at its end. */
  readonly publicUrl?: string;
}

/** What tests make smaller. */
export interface SlackLimits {
  /** Socket Mode connections that are held at the same time. */
  readonly connections: number;
  /** The pause after the first failed try to connect; it doubles up to `longestPauseMs`. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Without a connection for longer than this, missed messages are fetched when one stands again. */
  readonly gapMs: number;
  /** A silent Socket Mode connection (Slack pings every few seconds) is given up after this. */
  readonly silenceMs: number;
  /** Events older than this are refused, unless they were fetched after a gap. */
  readonly oldestEventMs: number;
  /** Events from further ahead than this are refused. */
  readonly futureMs: number;
  /** How old a thread may be to be looked at after a gap. */
  readonly catchUpMs: number;
  /** Between two places that are looked at after a gap. */
  readonly catchUpPauseMs: number;
  /** How long user groups are believed: Slack tells them some twenty times a minute. */
  readonly groupsMs: number;
  /** How long names of people are believed. */
  readonly namesMs: number;
  /** A home page is not shown again more often than this. */
  readonly homeEveryMs: number;
  /** Homes are kept up to date for this long after they were opened. */
  readonly homeOpenMs: number;
}

export const SLACK_LIMITS: SlackLimits = {
  connections: 2,
  firstPauseMs: 500,
  longestPauseMs: 30_000,
  gapMs: 2_000,
  silenceMs: 30_000,
  oldestEventMs: 600_000,
  futureMs: 300_000,
  catchUpMs: 86_400_000,
  catchUpPauseMs: 300,
  groupsMs: 5_000,
  namesMs: 3_600_000,
  homeEveryMs: 5_000,
  homeOpenMs: 900_000,
};

/** The paths that Piloto answers on `listen`, as the app's manifest names them. */
export const SLACK_PATHS = {
  events: "/slack/events",
  install: "/slack/install",
  callback: "/slack/oauth_redirect",
} as const;
