import type { Language } from "../../../core/domain/chat.ts";
import { PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { Logger } from "../../../core/ports/logger.ts";
import { tailOf } from "../../shared/cut-text.ts";
import { streamText } from "../show/mrkdwn.ts";
import { sayMessage } from "../show/say-message.ts";
import { SLACK, type SlackThread } from "../slack-ids.ts";
import type { PreviewNotes } from "./preview-note.ts";
import type { Answer } from "./slack-calls.ts";
import { isFeatureOff } from "./slack-failure.ts";
import type { TeamFeatures } from "./team-features.ts";
import type { ThreadCalls } from "./thread-calls.ts";

interface Deps {
  readonly calls: ThreadCalls;
  readonly notes: PreviewNotes;
  readonly features: TeamFeatures;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly everyMs: number;
  readonly language: Language;
  readonly count: (what: string) => void;
}

/** Answers while they are being written: streams in direct messages, edits of one message elsewhere. */
export interface Previews {
  /**
   * Shows the text so far, soon, if it can. The newest wins. Never throws. What `mayShrink` is shown in a message that
   * can be edited, since a stream only grows.
   */
  show(thread: SlackThread, text: string, key: string, how?: { readonly mayShrink: boolean }): void;
  /** Nothing of this key is shown any more when it resolves: the final text has the word. */
  stop(key: string): Promise<void>;
  settled(): Promise<void>;
}

interface Preview {
  readonly thread: SlackThread;
  readonly key: string;
  readonly mayShrink: boolean;
  readonly stop: AbortController;
  wanted: string;
  shown: string;
  /** What a stream got so far. */
  sent: string;
  kind: "stream" | "post";
  ts?: string;
  /** No more of it: the final text will set it right. */
  isStuck: boolean;
  work?: Promise<void>;
}

const MOST_PREVIEWS = 500;
const LONGEST_SHOWN = 6_000;
const MOST_APPENDED = 11_000;
const MOST_ENDED = 5_000;
const LAST = 8;

export function createPreviews(deps: Deps): Previews {
  const { calls, notes, features, clock, logger, everyMs } = deps;
  const open = new Map<string, Preview>();
  /** Their final text came: what is still on its way from a model is late. */
  const ended = new Set<string>();

  const hasMore = ({ isStuck, stop, wanted, shown }: Preview): boolean =>
    !isStuck && !stop.signal.aborted && wanted !== shown;

  /** An answer that never came to an end must not keep the others from being shown. */
  function leaveOldest(): void {
    const [oldest] = open.values();
    oldest?.stop.abort();
    if (oldest) open.delete(oldest.key);
  }

  function work(preview: Preview): void {
    if (preview.work || !hasMore(preview)) return;
    preview.work = pump(preview).finally(() => {
      delete preview.work;
      work(preview);
    });
  }

  async function pump(preview: Preview): Promise<void> {
    while (hasMore(preview)) {
      try {
        await step(preview);
      } catch (error) {
        // The final text does not depend on it; a database that cannot be reached will be heard of there.
        logger.warn({ face: SLACK, error }, "An unfinished answer could not be shown.");
        if (!(error instanceof PilotoError)) preview.isStuck = true;
      }
      await clock.sleep(everyMs, preview.stop.signal);
    }
  }

  async function step(preview: Preview): Promise<void> {
    const { wanted } = preview;
    const answer = preview.ts === undefined ? await begin(preview) : await goOn(preview, preview.ts);
    if (answer === undefined) return;
    if (answer.kind === "ok") {
      deps.count("previews");
      preview.shown = wanted;
      return;
    }
    const { kind, code } = answer.failure;
    if (code === "message_not_in_streaming_state") preview.kind = "post";
    else if (kind !== "wait") preview.isStuck = true;
  }

  async function begin(preview: Preview): Promise<Answer | undefined> {
    const { thread, key } = preview;
    if (await notes.get(key)) {
      // An earlier process began to show this answer; the final text will find and replace it.
      preview.isStuck = true;
      return undefined;
    }
    const mayStream = thread.channel.startsWith("D") && !preview.mayShrink;
    preview.kind = mayStream && (await features.has(thread.team, "streams")) ? "stream" : "post";
    await notes.put(key, { kind: preview.kind, startedMs: clock.nowMs() });
    const answer = preview.kind === "stream" ? await startStream(preview) : await startPost(preview);
    const ts = answer.kind === "ok" ? answer.data.ts : undefined;
    if (typeof ts === "string") {
      preview.ts = ts;
      await notes.put(key, { kind: preview.kind, ts, startedMs: clock.nowMs() });
    } else if (answer.kind === "failed" && answer.failure.kind !== "doubtful") await notes.remove(key);
    if (answer.kind === "failed" && preview.kind === "stream" && isFeatureOff(answer.failure)) {
      await features.off(thread.team, "streams", answer.failure.code);
      return undefined;
    }
    return answer;
  }

  function startStream(preview: Preview): Promise<Answer> {
    const { team, channel, root } = preview.thread;
    preview.sent = streamText(preview.wanted).slice(0, MOST_APPENDED);
    const args = { channel, thread_ts: root, markdown_text: preview.sent };
    return calls.other(team, "chat.startStream", args, howOf(preview));
  }

  function startPost(preview: Preview): Promise<Answer> {
    const metadata = { event_type: "piloto_say", event_payload: { key: preview.key } } as const;
    return calls.post(preview.thread, contentOf(preview.wanted), metadata, howOf(preview));
  }

  async function goOn(preview: Preview, ts: string): Promise<Answer | undefined> {
    const { thread, wanted } = preview;
    const note = await notes.get(preview.key);
    if (!note || note.isEnded) {
      preview.isStuck = true;
      return undefined;
    }
    if (preview.kind === "post") {
      const place = { team: thread.team, channel: thread.channel, ts };
      return calls.update(place, contentOf(wanted), undefined, howOf(preview));
    }
    return append(preview, ts);
  }

  /** A stream can only grow: a text that took words back waits for its final form. */
  async function append(preview: Preview, ts: string): Promise<Answer | undefined> {
    const whole = streamText(preview.wanted);
    if (!whole.startsWith(preview.sent)) {
      preview.isStuck = true;
      return undefined;
    }
    const more = whole.slice(preview.sent.length, preview.sent.length + MOST_APPENDED);
    if (more === "") return { kind: "ok", data: { ok: true } };
    const args = { channel: preview.thread.channel, ts, markdown_text: more };
    const answer = await calls.other(preview.thread.team, "chat.appendStream", args, howOf(preview));
    if (answer.kind === "ok") preview.sent += more;
    return answer.kind === "ok" && preview.sent.length < whole.length ? undefined : answer;
  }

  function contentOf(text: string) {
    const { text: fallback, blocks } = sayMessage({ text: tailOf(text, LONGEST_SHOWN) }, deps.language);
    return { text: fallback, blocks };
  }

  /** Whatever is more urgent goes first; once the final text is there, what waits is dropped. */
  const howOf = ({ stop }: Preview) => ({ priority: LAST, signal: stop.signal });

  return {
    show(thread, text, key, how) {
      if (text.trim() === "" || ended.has(key)) return;
      const preview = open.get(key) ?? {
        thread,
        key,
        mayShrink: how?.mayShrink === true,
        stop: new AbortController(),
        wanted: "",
        shown: "",
        sent: "",
        kind: "post",
        isStuck: false,
      };
      open.set(key, preview);
      if (open.size > MOST_PREVIEWS) leaveOldest();
      preview.wanted = text;
      work(preview);
    },
    async stop(key) {
      const preview = open.get(key);
      preview?.stop.abort();
      await preview?.work;
      open.delete(key);
      ended.add(key);
      if (ended.size > MOST_ENDED) ended.delete(ended.values().next().value ?? key);
    },
    async settled() {
      for (const preview of open.values()) preview.stop.abort();
      await Promise.all([...open.values()].map(({ work }) => work));
    },
  };
}
