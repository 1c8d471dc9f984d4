import { displayWidth, splitGraphemes } from "./display-width.ts";

/** The part at the bottom that is drawn again and again, and where the cursor stands in it. */
export interface Frame {
  readonly lines: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number };
}

export interface Screen {
  readonly isLive: boolean;
  size(): { readonly columns: number; readonly rows: number };
  /** Lines that stay: above the frame on a live screen, at once on a plain one. Each must fit the width. */
  print(lines: readonly string[]): void;
  /** What the frame shows now; drawn together with what was printed. A plain screen has none. */
  draw(frame: Frame): void;
  /** Empties the screen. */
  clear(): void;
  /** Takes the frame away and leaves the terminal as it was. Twice does no harm. */
  close(): void;
}

type Output = NodeJS.WritableStream & { columns?: number; rows?: number };

const ESC = "\u001B[";
/** Lets the terminal show the whole change at once (mode 2026; others ignore it). */
const [BEGIN, END] = [`${ESC}?2026h${ESC}?25l`, `${ESC}?25h${ESC}?2026l`];
const [PASTE_ON, PASTE_OFF] = [`${ESC}?2004h`, `${ESC}?2004l`];

/**
 * A terminal that scrolls, with a frame at its bottom. It writes relative to the cursor only, so that scrolled-away
 * text stays the terminal's own. Lines of a frame are never wider than the screen, nor is a frame higher.
 */
export function createLiveScreen(stdout: Output): Screen {
  let shown: Frame | undefined;
  let drawnColumns = 0;
  let recent: string[] = [];
  let waiting: string[] = [];
  let isOpen = false;
  let isClosed = false;
  const size = () => ({ columns: Math.max(20, stdout.columns || 80), rows: Math.max(6, stdout.rows || 24) });

  /**
   * A terminal that changed its width has wrapped the lines its own way: it is painted afresh, with as much of what
   * stood above as it holds. Else the cursor goes up to the frame's first line.
   */
  function toTop(frame: Frame): string {
    const { columns, rows } = size();
    if (shown && drawnColumns === columns) {
      recent = [...recent, ...waiting].slice(-RECENT);
      return shown.cursor.row > 0 ? `${ESC}${shown.cursor.row}A\r` : "\r";
    }
    const room = Math.max(0, rows - frame.lines.length);
    const above = shown ? recent.slice(Math.max(0, recent.length + waiting.length - room)) : [];
    recent = [...recent, ...waiting].slice(-RECENT);
    return shown ? `${ESC}2J${ESC}H${above.map((line) => `${cutPainted(line, columns)}\r\n`).join("")}` : "\r";
  }

  function write(frame: Frame): void {
    if (!isOpen) stdout.write(PASTE_ON);
    isOpen = true;
    const { columns } = size();
    const down = frame.lines.length - 1 - frame.cursor.row;
    stdout.write(
      BEGIN +
        toTop(frame) +
        waiting.map((line) => `${line}${ESC}K\r\n`).join("") +
        frame.lines.map((line) => `${line}${ESC}K`).join("\r\n") +
        `${ESC}J` +
        (down > 0 ? `${ESC}${down}A` : "") +
        "\r" +
        (frame.cursor.column > 0 ? `${ESC}${frame.cursor.column}C` : "") +
        END,
    );
    waiting = [];
    shown = frame;
    drawnColumns = columns;
  }

  return {
    isLive: true,
    size,
    print: (lines) => void waiting.push(...lines),
    draw(frame) {
      if (isClosed) return;
      const fitting = lastRows(frame, size().rows - 1);
      if (waiting.length === 0 && isSame(fitting, shown) && drawnColumns === size().columns) return;
      write(fitting);
    },
    clear() {
      waiting = [];
      shown = undefined;
      recent = [];
      stdout.write(`${ESC}2J${ESC}3J${ESC}H`);
    },
    close() {
      if (isClosed) return;
      write({ lines: [""], cursor: { row: 0, column: 0 } });
      stdout.write(PASTE_OFF);
      isClosed = true;
    },
  };
}

/** Where nothing can be drawn twice: files, pipes, `dumb` terminals. */
export function createPlainScreen(stdout: Output): Screen {
  return {
    isLive: false,
    size: () => ({ columns: stdout.columns || 80, rows: Number.MAX_SAFE_INTEGER }),
    print: (lines) => void (lines.length > 0 && stdout.write(`${lines.join("\n")}\n`)),
    draw() {},
    clear() {},
    close() {},
  };
}

/** What stood above is kept for painting afresh, as far as a high screen goes. */
const RECENT = 200;

/** A line with colours in it, cut to the width. */
function cutPainted(line: string, columns: number): string {
  if (displayWidth(line.replace(COLOURS, "")) < columns) return line;
  let room = columns - 1;
  const kept = line.split(/(\u001B\[[\d;]*m)/).map((part) => {
    if (COLOUR.test(part)) return part;
    const fitting = splitGraphemes(part).filter((letter) => {
      room -= displayWidth(letter);
      return room >= 0;
    });
    return fitting.join("");
  });
  return kept.join("");
}

const COLOURS = /\u001B\[[\d;]*m/g;
const COLOUR = /^\u001B\[[\d;]*m$/;

function lastRows(frame: Frame, rows: number): Frame {
  const cut = frame.lines.length - rows;
  if (cut <= 0) return frame;
  const row = Math.max(0, frame.cursor.row - cut);
  return { lines: frame.lines.slice(cut), cursor: { row, column: frame.cursor.column } };
}

function isSame(a: Frame, b: Frame | undefined): boolean {
  return (
    b !== undefined &&
    a.cursor.row === b.cursor.row &&
    a.cursor.column === b.cursor.column &&
    a.lines.length === b.lines.length &&
    a.lines.every((line, at) => line === b.lines[at])
  );
}
