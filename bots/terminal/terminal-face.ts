import { plainText } from "../../core/domain/plain-text.ts";
import { runCommand } from "./commands.ts";
import type { Face, FaceOptions } from "./face-options.ts";
import { listenToKeys, listenToLines } from "./keyboard.ts";
import { createLineEditor, type LineEditor } from "./line-editor.ts";
import { createPaint } from "./paint.ts";
import { createRoom, type Room } from "./room.ts";
import { createLiveScreen, createPlainScreen, type Screen } from "./screen.ts";
import { createTerminalPlatform } from "./terminal-platform.ts";

export interface TerminalFace extends Face {
  /**
   * Talks until the person leaves or the input ends; 0. Rejects with what is a bug, the terminal put back in order.
   * @param failed answers may not come any more (a full disk say): its reason is told, and last answers are not waited
   * for: then it rejects with that reason
   */
  run(failed?: AbortSignal): Promise<number>;
  /** Ends `run` from outside (a signal), the terminal put back in order. Twice does no harm. */
  leave(): void;
}

const TICK_MS = 100;
const LEAVE_WITHIN_MS = 2_000;
const LAST_ANSWERS_MS = 120_000;

/**
 * A chat in a terminal. On a screen it draws live: the card that can still change stays at the bottom, above the
 * input line. On `dumb` terminals, files and pipes it writes line by line.
 */
export function createTerminalFace(options: FaceOptions): TerminalFace {
  const { stdin, stdout, env } = options;
  const isLive = stdin.isTTY === true && stdout.isTTY === true && env.TERM !== "dumb";
  const screen = isLive ? createLiveScreen(stdout) : createPlainScreen(stdout);
  const paint = createPaint({ env, isTTY: stdout.isTTY === true });
  const editor = createLineEditor();
  const ending = createEnding();
  let isOpen = false;
  let isDrawing = false;
  let isTicking = false;

  const draw = () => {
    isDrawing = false;
    if (ending.isOver) return;
    screen.draw(room.frame(editor));
    if (room.isMoving && !isTicking) tick().catch(ending.fail);
  };

  /** Many changes in a moment are drawn once. */
  function changed(): void {
    if (!screen.isLive || !isOpen || isDrawing) return;
    isDrawing = true;
    setImmediate(draw);
  }

  /** Turns spinners and counts seconds for as long as something moves. */
  async function tick(): Promise<void> {
    isTicking = true;
    while (!ending.isOver && room.isMoving) {
      await options.clock.sleep(TICK_MS, ending.signal);
      if (!ending.isOver && room.isMoving) screen.draw(room.frame(editor));
    }
    isTicking = false;
  }

  const room: Room = createRoom({ options, screen, paint, changed });

  function submit(text: string): void {
    const outcome = room.isAsking ? "message" : runCommand(plainText(text), room, screen);
    if (!room.isAsking) editor.remember(text);
    if (outcome === "leave") ending.leave();
    else if (outcome === "message") room.submit(plainText(text)).catch(ending.fail);
    changed();
  }

  function listen(failed: AbortSignal | undefined): () => void {
    if (!isLive) return listenToLines(options, submit, () => lastAnswers(failed));
    const release = listenToKeys(options, editor, {
      submit,
      interrupt: interruptions(room, editor, options, ending),
      leave: ending.leave,
      clearScreen: screen.clear,
      escape: room.stopAsking,
      begin: () => room.hint(undefined),
      changed,
    });
    stdout.on("resize", changed);
    return () => {
      stdout.off("resize", changed);
      release();
    };
  }

  /** The end of the input is not the end of the conversation: what was asked is answered first. */
  function lastAnswers(failed: AbortSignal | undefined): void {
    const over = failed ? AbortSignal.any([ending.signal, failed]) : ending.signal;
    const answered = Promise.race([room.quiet(), options.clock.sleep(LAST_ANSWERS_MS, over)]);
    answered.then(() => failed?.throwIfAborted()).then(ending.leave, ending.fail);
  }

  return {
    platform: createTerminalPlatform(room.show, room.waits),
    attach: room.attach,
    leave: ending.leave,
    async run(failed) {
      greet(room, screen, options);
      const release = listen(failed);
      const tell = () => room.failed(failed?.reason);
      failed?.addEventListener("abort", tell);
      isOpen = true;
      changed();
      try {
        await ending.over;
        return 0;
      } finally {
        failed?.removeEventListener("abort", tell);
        release();
        room.settle();
        screen.close();
      }
    },
  };
}

function greet(room: Room, screen: Screen, options: FaceOptions): void {
  const { terminal } = room.words;
  room.notice(terminal.welcome(options.projectId ?? "", options.account));
  if (screen.isLive) room.notice(terminal.hint);
}

/** Ctrl-C: leaves a question, clears the line, stops what runs; a second one within two seconds leaves. */
function interruptions(room: Room, editor: LineEditor, { clock }: FaceOptions, ending: Ending): () => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    const isSecond = clock.nowMs() - lastMs <= LEAVE_WITHIN_MS;
    if (isSecond) return ending.leave();
    lastMs = clock.nowMs();
    if (room.stopAsking()) return;
    if (editor.text !== "") return editor.clear();
    room.hint(room.words.terminal.leaveHint);
    room.stopRunning().catch(ending.fail);
  };
}

interface Ending {
  readonly isOver: boolean;
  readonly signal: AbortSignal;
  readonly over: Promise<void>;
  readonly leave: () => void;
  readonly fail: (error: unknown) => void;
}

function createEnding(): Ending {
  const controller = new AbortController();
  let end: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const over = new Promise<void>((resolve, reject) => {
    end = { resolve, reject };
  });
  return {
    get isOver() {
      return controller.signal.aborted;
    },
    signal: controller.signal,
    over,
    leave() {
      controller.abort();
      end?.resolve();
    },
    fail(error) {
      controller.abort();
      end?.reject(error);
    },
  };
}
