/** How the terminal looks: colours and signs, fixed at start. */
export interface Paint {
  readonly hasColour: boolean;
  readonly signs: Signs;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  magenta(text: string): string;
  cyan(text: string): string;
  grey(text: string): string;
}

export interface Signs {
  readonly done: string;
  readonly running: string;
  readonly error: string;
  readonly pending: string;
  readonly unknown: string;
  readonly skipped: string;
  readonly prompt: string;
  readonly spinner: readonly string[];
  readonly corner: { topLeft: string; topRight: string; bottomLeft: string; bottomRight: string };
  readonly line: string;
  readonly side: string;
  readonly teeLeft: string;
  readonly teeRight: string;
}

/** What decides about colours and signs, read from the environment. */
export interface PaintFacts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
}

/**
 * Colours: FORCE_COLOR decides when set (`0` and `false` are no), else NO_COLOR when not empty means none, else a
 * terminal that is not `dumb` has them. Sources: https://no-color.org and Node's `getColorDepth` (read 2026-11-21).
 * Signs are plain ASCII on `dumb` and on the Linux console, which lacks the others.
 */
export function createPaint({ env, isTTY }: PaintFacts): Paint {
  const hasColour = wantsColour(env, isTTY);
  const style = (open: number, close: number) => (text: string) =>
    hasColour && text !== "" ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  return {
    hasColour,
    signs: env.TERM === "dumb" || env.TERM === "linux" ? ASCII : UNICODE,
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    blue: style(34, 39),
    magenta: style(35, 39),
    cyan: style(36, 39),
    grey: style(90, 39),
  };
}

function wantsColour(env: PaintFacts["env"], isTTY: boolean): boolean {
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== "0" && force !== "false";
  if (env.NO_COLOR) return false;
  return isTTY && env.TERM !== "dumb";
}

const UNICODE: Signs = {
  done: "✔",
  running: "▶",
  error: "✖",
  pending: "○",
  unknown: "?",
  skipped: "–",
  prompt: "›",
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
  corner: { topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯" },
  line: "─",
  side: "│",
  teeLeft: "├",
  teeRight: "┤",
};

const ASCII: Signs = {
  done: "+",
  running: ">",
  error: "x",
  pending: "o",
  unknown: "?",
  skipped: "-",
  prompt: ">",
  spinner: ["|", "/", "-", "\\"],
  corner: { topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+" },
  line: "-",
  side: "|",
  teeLeft: "+",
  teeRight: "+",
};
