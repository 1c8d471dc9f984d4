import { type Book, book } from "./book.ts";
import { type Changes, changes } from "./changes.ts";
import { type Faults, faults } from "./faults.ts";
import { type FileCabinet, fileCabinet } from "./file-cabinet.ts";
import type { OAuthCodes } from "./oauth.ts";
import { type OpenViews, openViews } from "./open-views.ts";
import { type ResponseUrls, responseUrls } from "./response-urls.ts";
import type { SlackServerOptions } from "./server-shape.ts";
import { ALL_EVENTS, ALL_SCOPES, settleTeam } from "./settle-team.ts";
import { newWorld, type World } from "./world.ts";

/** Everything of one server that needs no connection. */
export interface Ground {
  world: World;
  changes: Changes;
  book: Book;
  faults: Faults;
  codes: OAuthCodes;
  views: OpenViews;
  files: FileCabinet;
  responses: ResponseUrls;
  /** Bugs of the server itself. */
  bugs: unknown[];
  /** What a test may change while it runs. */
  dials: { latencyMs: number; filesLiveAt: string | undefined };
  /** A line about the connections, for whoever waits in vain. */
  connections: { describe(): string };
  nowMs(): number;
  advance(ms: number): void;
}

export function layGround(options: SlackServerOptions): Ground {
  let movedMs = 0;
  const nowMs = () => Date.now() + movedMs;
  const { seed = 1, historyLimit = 2000, keepLatest = 5000 } = options;
  const world = newWorld({ seed, historyLimit, nowMs });
  const grants = { scopes: options.scopes ?? ALL_SCOPES, events: options.events ?? ALL_EVENTS };
  for (const team of options.teams ?? [{ id: "T0ACME", name: "Acme" }]) settleTeam(world, team, grants);
  const bugs: unknown[] = [];
  const connections = { describe: () => "" };
  const change = changes(() => [connections.describe(), ...latest(log, bugs)].join("\n"));
  const log = book(change, keepLatest);
  return {
    world,
    changes: change,
    book: log,
    faults: faults(),
    codes: new Map(),
    views: openViews(world),
    files: fileCabinet(world),
    responses: responseUrls({ world, book: log }),
    bugs,
    dials: { latencyMs: options.latencyMs ?? 0, filesLiveAt: undefined },
    connections,
    nowMs,
    advance(ms) {
      movedMs += ms;
    },
  };
}

function latest({ calls, violations }: Book, bugs: unknown[]): string[] {
  const called = calls.slice(-8).map((c) => `  ${c.method} → ${c.outcome}${c.fault ? ` (${c.fault})` : ""}`);
  return [...called, ...[...violations.slice(-5), ...bugs.map(String)].map((problem) => `  ! ${problem}`)];
}
