import { splitGraphemes } from "./display-width.ts";

/** A key as `node:readline` reports it. */
export interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

export type LineEvent =
  | { readonly kind: "changed" }
  | { readonly kind: "ignored" }
  | { readonly kind: "submitted"; readonly text: string };

/** The input line: what is written, where the cursor stands, and what was written before. */
export interface LineEditor {
  readonly before: string;
  readonly after: string;
  readonly text: string;
  clear(): void;
  /** Text that was typed; line ends only inside a paste. */
  insert(text: string): LineEvent;
  press(key: Key): LineEvent;
  /** Puts a line into the history. The same line twice in a row is one. */
  remember(text: string): void;
}

const LONGEST = 1_000_000;
const REMEMBERED = 500;

export function createLineEditor(): LineEditor {
  let before = "";
  let after = "";
  let history: string[] = [];
  /** Where in the history the shown line stands; its length: the line being written. */
  let at = 0;
  let written = "";

  const put = (left: string, right: string): LineEvent => {
    before = left;
    after = right;
    return { kind: "changed" };
  };

  function recall(to: number): LineEvent {
    if (to < 0 || to > history.length) return { kind: "ignored" };
    if (at === history.length) written = before + after;
    at = to;
    return put(history[at] ?? written, "");
  }

  const commands: Record<string, () => LineEvent> = {
    left: () => {
      const last = lastOf(before);
      return put(before.slice(0, before.length - last.length), last + after);
    },
    right: () => {
      const first = firstOf(after);
      return put(before + first, after.slice(first.length));
    },
    "word-left": () => {
      const word = lastWord(before);
      return put(before.slice(0, before.length - word.length), word + after);
    },
    "word-right": () => {
      const word = /^\s*\S*/.exec(after)?.[0] ?? "";
      return put(before + word, after.slice(word.length));
    },
    home: () => put("", before + after),
    end: () => put(before + after, ""),
    backspace: () => put(before.slice(0, before.length - lastOf(before).length), after),
    delete: () => put(before, after.slice(firstOf(after).length)),
    "delete-word": () => put(before.slice(0, before.length - lastWord(before).length), after),
    "delete-left": () => put("", after),
    "delete-right": () => put(before, ""),
    up: () => recall(at - 1),
    down: () => recall(at + 1),
  };

  return {
    get before() {
      return before;
    },
    get after() {
      return after;
    },
    get text() {
      return before + after;
    },
    clear() {
      put("", "");
      at = history.length;
      written = "";
    },
    insert(text) {
      const room = LONGEST - before.length - after.length;
      return put(before + text.slice(0, Math.max(0, room)), after);
    },
    press(key) {
      if (key.name === "return" || key.name === "enter") {
        const text = before + after;
        this.clear();
        return { kind: "submitted", text };
      }
      const command = commands[commandOf(key)];
      return command ? command() : { kind: "ignored" };
    },
    remember(text) {
      if (text.trim() !== "" && history.at(-1) !== text) history = [...history, text].slice(-REMEMBERED);
      at = history.length;
    },
  };
}

const CONTROL: Readonly<Record<string, string>> = {
  a: "home",
  e: "end",
  b: "left",
  f: "right",
  d: "delete",
  h: "backspace",
  w: "delete-word",
  u: "delete-left",
  k: "delete-right",
  p: "up",
  n: "down",
  left: "word-left",
  right: "word-right",
};
const META: Readonly<Record<string, string>> = {
  b: "word-left",
  f: "word-right",
  backspace: "delete-word",
  left: "word-left",
  right: "word-right",
};

function commandOf({ name = "", ctrl, meta }: Key): string {
  if (ctrl) return CONTROL[name] ?? "";
  if (meta) return META[name] ?? "";
  return name;
}

// A look at the nearest characters is enough, and stays quick in a long text.
const lastOf = (text: string): string => splitGraphemes(text.slice(-64)).at(-1) ?? "";
const firstOf = (text: string): string => splitGraphemes(text.slice(0, 64))[0] ?? "";
const lastWord = (text: string): string => /\S*\s*$/.exec(text)?.[0] ?? "";
