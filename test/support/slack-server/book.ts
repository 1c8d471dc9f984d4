import type { Changes } from "./changes.ts";
import type { FaultKind } from "./faults.ts";
import type { Json } from "./json.ts";
import type { SlackMessage } from "./world.ts";

/** One Web API request as the server saw it. */
export interface SlackCall {
  method: string;
  args: Json;
  team?: string;
  atMs: number;
  /** `ok`, the error's Slack name, or the fault that struck. */
  outcome: string;
  fault?: FaultKind;
}

/** One thing that the app made visible. */
export interface Shown {
  how: "post" | "edit" | "delete" | "ephemeral" | "stream" | "view" | "home" | "file";
  channel: string;
  ts: string;
  atMs: number;
  text?: string;
  blocks?: Json[];
  metadata?: SlackMessage["metadata"];
  thread_ts?: string;
}

/** What this server remembers of what was done to it; lists are bounded, counts are not. */
export interface Book {
  readonly calls: SlackCall[];
  readonly posts: Shown[];
  /** What real Slack would refuse or we find careless: a suite can assert that there is none. */
  readonly violations: string[];
  readonly callCounts: Map<string, number>;
  readonly shownCounts: Map<Shown["how"], number>;
  call(call: SlackCall): void;
  show(shown: Shown): void;
  violation(method: string, problem: string): void;
}

export function book(changes: Changes, keepLatest: number): Book {
  const calls: SlackCall[] = [];
  const posts: Shown[] = [];
  const violations: string[] = [];
  const callCounts = new Map<string, number>();
  const shownCounts = new Map<Shown["how"], number>();

  function add<T>(list: T[], item: T) {
    list.push(item);
    if (list.length > keepLatest * 1.25) list.splice(0, list.length - keepLatest);
    changes.happened();
  }

  return {
    calls,
    posts,
    violations,
    callCounts,
    shownCounts,
    call(call) {
      callCounts.set(call.method, (callCounts.get(call.method) ?? 0) + 1);
      add(calls, call);
    },
    show(shown) {
      shownCounts.set(shown.how, (shownCounts.get(shown.how) ?? 0) + 1);
      add(posts, shown);
    },
    violation(method, problem) {
      if (violations.length < 1000) violations.push(`${method}: ${problem}`);
      changes.happened();
    },
  };
}
