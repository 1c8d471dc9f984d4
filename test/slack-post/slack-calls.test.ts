import { describe, expect, test } from "vitest";
import { createSlackCalls } from "../../bots/slack/post/slack-calls.ts";
import { failureNamed, failureOf } from "../../bots/slack/post/slack-failure.ts";
import { manualClock } from "../support/manual-clock.ts";
import { silentLogger } from "../support/silent-logger.ts";

const PACE = { burst: 1, everyMs: 60_000 };

test("who no longer wants a call does not wait for its turn, and it is not sent", async () => {
  const asked: string[] = [];
  const clientFor = async (team: string) => void asked.push(team);
  const calls = createSlackCalls({
    clientFor,
    clock: manualClock(),
    logger: silentLogger(),
    together: { burst: 9, everyMs: 1_000 },
  });
  const call = { team: "T1", method: "chat.update", args: {}, lane: "edit", pace: PACE, priority: 5 };
  await calls.call(call);
  const gone = new AbortController();
  const waiting = calls.call({ ...call, signal: gone.signal });
  gone.abort();
  expect(await waiting).toEqual({ kind: "failed", failure: { kind: "refused", code: "unwanted" } });
  expect(asked).toEqual(["T1"]);
});

describe("a failure is named by what is to be done about it", () => {
  test.each([
    ["channel_not_found", "chat-gone"],
    ["is_archived", "chat-gone"],
    ["token_revoked", "unreached"],
    ["message_not_found", "message-gone"],
    ["edit_window_closed", "message-gone"],
    ["internal_error", "doubtful"],
    ["ratelimited", "wait"],
    ["invalid_auth", "unreached"],
    ["<html>502 Bad Gateway</html>", "doubtful"],
  ])("%s is %s", (code, kind) => {
    expect(failureNamed(code).kind).toBe(kind);
  });

  test("an answer that broke off may have been a yes", () => {
    expect(failureOf(new TypeError("terminated"))).toMatchObject({ kind: "doubtful" });
    expect(failureOf(new DOMException("late", "TimeoutError"))).toMatchObject({ kind: "doubtful" });
  });

  test("a bug is thrown on", () => {
    expect(() => failureOf(new TypeError("x is not a function"))).toThrow("x is not a function");
    expect(() => failureOf("text")).toThrow("text");
  });
});
