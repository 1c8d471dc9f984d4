/** Longer texts are not matched: even a harmless pattern takes time on them. */
const MAX_TEXT = 10_000;
const MAX_PATTERN = 300;

/** What a schema's `pattern` is tested with. */
export interface Pattern {
  test(text: string): boolean;
  toString(): string;
}

/**
 * A regular expression from somebody else's schema. One that could take exponential time (a repeated group that
 * repeats or branches inside, a back reference), or that is no expression at all, lets every text through: the
 * service itself decides then.
 */
export function safePattern(source: string): Pattern {
  const expression = mayBlowUp(source) ? undefined : compile(source);
  return {
    test: (text) => expression === undefined || text.length > MAX_TEXT || expression.test(text),
    toString: () => `/${source}/u`,
  };
}

function compile(source: string): RegExp | undefined {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(source, flags);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

/**
 * Careful rather than exact: refuses a quantified group whose inside holds a quantifier or an alternative, more
 * than two unbounded repetitions in a row (polynomial time), back references and look-behind.
 */
export function mayBlowUp(source: string): boolean {
  if (source.length > MAX_PATTERN || /\\[1-9k]|\(\?<?[!=]/.test(source)) return true;
  const plain = source.replace(/\\./g, "a").replace(/\[(?:\^?\]?)[^\]]*\]/g, "a");
  const groups: Group[] = [];
  let unbounded = 0;
  for (let at = 0; at < plain.length; at++) {
    const sign = plain[at] as string;
    if (sign === "(") groups.push({ isRisky: false });
    if (sign === "|") markRisky(groups);
    if ("(|?*+".includes(sign)) continue;
    const closed = sign === ")" ? groups.pop() : undefined;
    const repeat = repetitionAt(plain, at + 1);
    if (closed?.isRisky && (repeat === "bounded" || repeat === "unbounded")) return true;
    if (closed?.isRisky || repeat !== "none") markRisky(groups);
    if (repeat === "unbounded") unbounded++;
  }
  return unbounded > 3;
}

interface Group {
  isRisky: boolean;
}

function markRisky(groups: Group[]): void {
  const inner = groups.at(-1);
  if (inner) inner.isRisky = true;
}

function repetitionAt(plain: string, at: number): "none" | "optional" | "bounded" | "unbounded" {
  const sign = plain[at];
  if (sign === "*" || sign === "+") return "unbounded";
  if (sign === "?") return "optional";
  const braces = /^\{(\d*)(,?)(\d*)\}/.exec(plain.slice(at, at + 20));
  if (!braces) return "none";
  if (braces[2] === "," && braces[3] === "") return "unbounded";
  const most = Number(braces[3] || braces[1]);
  return most <= 1 ? "optional" : "bounded";
}
