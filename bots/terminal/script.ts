import { createInterface } from "node:readline";
import type { Card } from "../../core/domain/card.ts";
import { isPilotoError } from "../../core/domain/errors.ts";
import { asId, type ChatId, type RunId } from "../../core/domain/ids.ts";
import { visibleText } from "../../core/domain/plain-text.ts";
import type { Core } from "../../core/index.ts";
import { words } from "../../core/words/words.ts";
import { type Face, type FaceOptions, TERMINAL } from "./face-options.ts";
import { createPaint } from "./paint.ts";
import { readScriptLine, type ScriptLine } from "./script-lines.ts";
import { eventAsJson, eventAsText, type ScriptEvent } from "./script-output.ts";
import { createScriptPlatform } from "./script-platform.ts";

export interface ScriptOptions extends FaceOptions {
  /** One JSON object a line instead of readable text. */
  readonly json: boolean;
  /** Where plain-word errors go. */
  readonly stderr: NodeJS.WritableStream;
}

export interface ScriptFace extends Face {
  /**
   * Plays a script. A text is checked whole before its first line runs; a stream is played line by line as it comes.
   * Exit codes: 0 played, 1 a wait ran out, a press found no card or was not possible, or `failed` aborted; 2 a line
   * that is no script.
   * @param failed nothing more will happen (a full disk say): its reason is told and the script ends, whatever it waits for
   */
  run(script: string | NodeJS.ReadableStream, failed?: AbortSignal): Promise<number>;
}

const DEFAULT_WITHIN_S = 120;

class ScriptFailure extends Error {}

/** The scripted face: JSON lines in, cards and messages out. Waits are on states, each with a bound. */
export function createScriptFace(options: ScriptOptions): ScriptFace {
  const { clock, stdout, stderr, ids, json } = options;
  const say = words(options.language ?? "en").terminal.script;
  const paint = createPaint({ env: options.env, isTTY: stdout.isTTY === true });
  const platform = createScriptPlatform((told) => print({ type: "told", ...told }));
  let core: Core | undefined;
  let chatId = asId<ChatId>(`${TERMINAL}:${options.chat ?? "main"}`);
  let failed: AbortSignal | undefined;

  function print(event: ScriptEvent): void {
    const text = json ? eventAsJson(event) : eventAsText(event, paint, stdout.columns ?? 80);
    if (text !== undefined) stdout.write(`${text}\n`);
  }

  const account = (name?: string) => `${TERMINAL}:${name ?? options.account}`;

  async function bounded<T>(within: number | undefined, what: string, work: (signal: AbortSignal) => Promise<T>) {
    const seconds = within ?? DEFAULT_WITHIN_S;
    const finished = new AbortController();
    const late = new AbortController();
    const over = AbortSignal.any([finished.signal, ...(failed ? [failed] : [])]);
    const timer = clock.sleep(seconds * 1000, over).then(() => {
      if (finished.signal.aborted) return;
      failed?.throwIfAborted();
      throw new ScriptFailure(say.timedOut(what, seconds));
    });
    try {
      return await Promise.race([work(late.signal), timer as Promise<never>]);
    } finally {
      finished.abort();
      late.abort();
    }
  }

  async function play(line: ScriptLine, at: number, core: Core): Promise<void> {
    switch (line.kind) {
      case "say":
        return speak(line, at, core);
      case "press":
        return press(line, at, core);
      case "chat":
        chatId = asId<ChatId>(`${TERMINAL}:${line.chat}`);
        return;
      case "wait-idle":
        return bounded(line.within, say.idle, () => core.idle(chatId));
      case "wait-card":
        await bounded(line.within, say.cardState(line.state ?? "any"), (signal) =>
          platform.cardThat(chatId, line.run, (card) => fits(card, line), signal),
        );
    }
  }

  async function speak(line: ScriptLine & { kind: "say" }, at: number, core: Core): Promise<void> {
    const as = line.as ?? options.account;
    print({ type: "said", line: at, as, chat: chatId, text: line.say });
    const received = await core.receiveMessage({
      key: `${TERMINAL}:${ids.next()}`,
      chatId,
      account: asId(account(line.as)),
      text: line.say,
      projectId: options.projectId,
    });
    if (received.kind === "refused") print({ type: "refused", line: at, reply: received.reply });
  }

  async function press(line: ScriptLine & { kind: "press" }, at: number, core: Core): Promise<void> {
    const card = platform.card(chatId, line.run);
    if (!card && (line.run === "latest" || line.revision === undefined)) throw new ScriptFailure(say.noCard(line.run));
    const { decision, reply } = await core.pressButton({
      runId: card?.runId ?? asId<RunId>(line.run),
      revision: line.revision ?? card?.revision ?? 1,
      action: line.press,
      by: asId(account(line.as)),
      ...(line.change ? { change: line.change } : {}),
    });
    print({ type: "pressed", line: at, as: line.as ?? options.account, action: line.press, decision, reply });
  }

  function complain(line: number, message: string): void {
    // The line may hold anything, a whole binary file even.
    stderr.write(`${visibleText(say.badLine(line, message))}\n`);
  }

  async function playText(text: string, at: number): Promise<number> {
    const read = readScriptLine(text);
    if (read.kind === "nothing") return 0;
    if (read.kind === "bad") {
      complain(at, read.why);
      return 2;
    }
    if (!core) throw new Error("The scripted face was run before attach().");
    try {
      failed?.throwIfAborted();
      await play(read.line, at, core);
      failed?.throwIfAborted();
      return 0;
    } catch (error) {
      if (!(error instanceof ScriptFailure) && !isPilotoError(error)) throw error;
      print({ type: "failed", line: at, message: error.message });
      complain(at, error.message);
      return 1;
    }
  }

  return {
    platform,
    attach(attached) {
      core = attached;
    },
    async run(script, given) {
      failed = given;
      if (typeof script === "string") {
        const bad = firstBad(script);
        if (bad) complain(bad.line, bad.why);
        if (bad) return 2;
      }
      let at = 0;
      for await (const text of linesOf(script, failed)) {
        at += 1;
        const code = await playText(text, at);
        if (code !== 0) return code;
      }
      return playText('{"wait":"idle"}', at);
    },
  };
}

function fits(card: Card, { state, revision }: { state?: Card["state"]; revision?: number }): boolean {
  return (state === undefined || card.state === state) && (revision === undefined || card.revision >= revision);
}

function linesOf(
  script: string | NodeJS.ReadableStream,
  signal: AbortSignal | undefined,
): Iterable<string> | AsyncIterable<string> {
  if (typeof script === "string") return script.split(/\r?\n/);
  return createInterface({ input: script, crlfDelay: Infinity, ...(signal ? { signal } : {}) });
}

function firstBad(script: string): { line: number; why: string } | undefined {
  for (const [at, text] of script.split(/\r?\n/).entries()) {
    const read = readScriptLine(text);
    if (read.kind === "bad") return { line: at + 1, why: read.why };
  }
  return undefined;
}
