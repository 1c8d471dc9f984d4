const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

/** Cuts a stream at line ends, so that nobody is ever sent half a line. */
export interface WholeLines {
  /** The lines that are complete now, each with its line break; empty when none is. */
  take(chunk: Buffer): Buffer;
  /** What came after the last line break. */
  rest(): Buffer;
  readonly restBytes: number;
}

/** One for each answer. A chunk that ends with a line break, as Ollama's do, passes through uncopied. */
export function createWholeLines(): WholeLines {
  let held: Buffer[] = [];
  let heldBytes = 0;

  function hold(piece: Buffer): void {
    if (piece.length === 0) return;
    held.push(piece);
    heldBytes += piece.length;
  }

  function rest(): Buffer {
    return held.length === 1 ? held[0]! : Buffer.concat(held);
  }

  return {
    take(chunk) {
      const end = chunk[chunk.length - 1] === NEWLINE ? chunk.length : chunk.lastIndexOf(NEWLINE) + 1;
      if (end === 0) {
        hold(chunk);
        return NOTHING;
      }
      const whole = end === chunk.length ? chunk : chunk.subarray(0, end);
      const lines = heldBytes > 0 ? Buffer.concat([...held, whole]) : whole;
      held = [];
      heldBytes = 0;
      hold(chunk.subarray(end));
      return lines;
    },
    rest,
    get restBytes() {
      return heldBytes;
    },
  };
}

/** The last line of a piece of a stream, without line breaks around it. */
export function lastLineOf(lines: Buffer): string {
  let end = lines.length;
  while (end > 0 && lines[end - 1] === NEWLINE) end -= 1;
  if (end === 0) return "";
  return lines.toString("utf8", lines.lastIndexOf(NEWLINE, end - 1) + 1, end);
}
