import { PassThrough } from "node:stream";
import { displayWidth, splitGraphemes } from "../../bots/terminal/display-width.ts";

/** What a terminal would show of the bytes it was sent. An escape sequence that Piloto never writes is an error. */
export interface TinyTerminal {
  /** Hand it over as `stdout`. */
  readonly stdout: PassThrough & { isTTY: boolean; columns: number; rows: number };
  /** The rows on the screen, without trailing spaces and trailing empty rows. */
  screen(): string[];
  /** Everything there ever was: scrolled away and on the screen. */
  everything(): string;
  cursor(): { row: number; column: number };
  resize(columns: number, rows: number): void;
  /** All bytes as they came. */
  raw(): string;
}

const KNOWN_MODES = ["2004", "2026", "25"];
const CONTROL = /\u001B\[(\??)([\d;]*)([A-Za-z])|[\r\n]/y;

export function tinyTerminal(columns = 80, rows = 24): TinyTerminal {
  let lines: string[][] = [[]];
  let top = 0;
  let row = 0;
  let column = 0;
  let raw = "";
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns, rows });
  const line = (at: number): string[] => {
    while (lines.length <= at) lines.push([]);
    return lines[at]!;
  };

  function write(text: string): void {
    for (const letter of splitGraphemes(text)) {
      const width = displayWidth(letter);
      if (column + width > stdout.columns) throw new Error(`A line ran over the edge: ${text.slice(0, 60)}`);
      const cells = line(top + row);
      while (cells.length < column) cells.push(" ");
      cells.splice(column, width, letter, ...Array(Math.max(0, width - 1)).fill(""));
      column += width;
    }
  }

  function feed(): void {
    if (row < stdout.rows - 1) row += 1;
    else top += 1;
    line(top + row);
  }

  function command(mode: string, numbers: string, letter: string): void {
    const n = Number(numbers.split(";")[0] || (letter === "J" || letter === "K" ? 0 : 1));
    if (mode === "?" && (letter === "h" || letter === "l") && KNOWN_MODES.includes(numbers)) return;
    if (letter === "m") return;
    if (letter === "J") erase(n);
    else if (letter === "A") row = Math.max(0, row - n);
    else if (letter === "C") column = Math.min(stdout.columns - 1, column + n);
    else if (letter === "H") [row, column] = [0, 0];
    else if (letter === "K") line(top + row).splice(column);
    else throw new Error(`An unexpected escape sequence: ESC [ ${mode}${numbers}${letter}`);
  }

  function erase(what: number): void {
    if (what === 0) {
      line(top + row).splice(column);
      lines.length = top + row + 1;
    } else if (what === 2) lines.length = Math.max(1, top);
    else [lines, top] = [[], 0];
  }

  function control(found: RegExpExecArray): void {
    // A terminal's line end begins a new line at its left edge (ONLCR, which Node keeps in raw mode).
    if (found[0] === "\r" || found[0] === "\n") column = 0;
    if (found[0] === "\n") feed();
    else if (found[0] !== "\r") command(found[1] ?? "", found[2] ?? "", found[3] ?? "");
  }

  function receive(text: string): void {
    raw += text;
    let at = 0;
    while (at < text.length) {
      CONTROL.lastIndex = at;
      const found = CONTROL.exec(text);
      if (found) control(found);
      const printable = found ? "" : (/^[^\u0000-\u001F\u007F-\u009F]+/.exec(text.slice(at))?.[0] ?? "");
      if (!found && printable === "") {
        throw new Error(`A control character got through: ${JSON.stringify(text.slice(at, at + 12))}`);
      }
      write(printable);
      at = found ? CONTROL.lastIndex : at + printable.length;
    }
  }

  stdout.on("data", (chunk: Buffer) => receive(chunk.toString("utf8")));
  const textOf = (cells: string[]): string => cells.join("").trimEnd();
  return {
    stdout,
    screen() {
      const shown = lines.slice(top, top + stdout.rows).map(textOf);
      while (shown.at(-1) === "") shown.pop();
      return shown;
    },
    everything: () => lines.map(textOf).join("\n"),
    cursor: () => ({ row, column }),
    resize(wide, high) {
      Object.assign(stdout, { columns: wide, rows: high });
      stdout.emit("resize");
    },
    raw: () => raw,
  };
}
