import { createInterface, emitKeypressEvents } from "node:readline";
import { plainText } from "../../core/domain/plain-text.ts";
import type { FaceOptions } from "./face-options.ts";
import type { Key, LineEditor } from "./line-editor.ts";

/** What keys bring about beside a change of the line. */
export interface KeyActions {
  submit(text: string): void;
  /** Ctrl-C. */
  interrupt(): void;
  /** Ctrl-D on an empty line, or the end of the input. */
  leave(): void;
  clearScreen(): void;
  /** Escape; `false` when there was nothing to leave. */
  escape(): boolean;
  /** Before and after every key. */
  begin(): void;
  changed(): void;
}

/** Reads keys one by one until released. What is pasted is one text, its line ends included. */
export function listenToKeys({ stdin }: FaceOptions, editor: LineEditor, actions: KeyActions): () => void {
  let isPasting = false;

  function commanded(key: Key): boolean {
    if (key.ctrl && key.name === "c") actions.interrupt();
    else if (key.ctrl && key.name === "d" && editor.text === "") actions.leave();
    else if (key.ctrl && key.name === "l") actions.clearScreen();
    else return key.name === "escape" && actions.escape();
    return true;
  }

  function write(typed: string | undefined, key: Key): void {
    const event = editor.press(key);
    if (event.kind === "submitted") actions.submit(event.text);
    else if (event.kind === "ignored" && typed && !key.ctrl && !key.meta) {
      editor.insert(plainText(typed).replaceAll("\n", " "));
    }
  }

  function onKey(typed: string | undefined, key: Key = {}): void {
    actions.begin();
    if (key.name === "paste-start" || key.name === "paste-end") isPasting = key.name === "paste-start";
    else if (isPasting) editor.insert(key.name === "return" ? "\n" : plainText(typed ?? ""));
    else if (!commanded(key)) write(typed, key);
    actions.changed();
  }

  emitKeypressEvents(stdin);
  stdin.setRawMode?.(true);
  stdin.on("keypress", onKey);
  stdin.on("end", actions.leave);
  stdin.resume();
  return () => {
    stdin.off("keypress", onKey);
    stdin.off("end", actions.leave);
    stdin.setRawMode?.(false);
    stdin.pause();
  };
}

/** Reads whole lines until released, where single keys cannot be had. `ended` comes after the last one. */
export function listenToLines({ stdin }: FaceOptions, submit: (line: string) => void, ended: () => void): () => void {
  const reader = createInterface({ input: stdin, terminal: false });
  reader.on("line", submit);
  reader.on("close", ended);
  return () => {
    reader.off("close", ended);
    reader.close();
  };
}
