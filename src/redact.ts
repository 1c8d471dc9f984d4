/** Strikes known values out of texts. */
export interface Redactor {
  /** From now on this value, and its usual encodings, are struck out. A new value for a place adds to the old ones. */
  learn(place: string, value: string): void;
  readonly redact: (text: string) => string;
}

/** Shorter values would strike out ordinary words and numbers. */
const SHORTEST = 6;

/**
 * A redactor by known value: plain, base64 (each of the three alignments, padded or not, both alphabets),
 * URL-encoded, JSON-escaped, hex, and `user:password` as a Basic header holds it, and the password alone. Cost: one pass over the text.
 */
export function createRedactor(): Redactor {
  const marks = new Map<string, string>();
  let pattern: RegExp | undefined;
  return {
    learn(place, value) {
      for (const form of [value, passwordIn(value)].flatMap((part) => [...formsOf(part)])) {
        if (form.length >= SHORTEST) marks.set(form, `[secret ${place}]`);
      }
      const longestFirst = [...marks.keys()].sort((a, b) => b.length - a.length);
      pattern = longestFirst.length > 0 ? new RegExp(longestFirst.map(escapeRegExp).join("|"), "g") : undefined;
    },
    redact: (text) => (pattern ? text.replace(pattern, (found) => marks.get(found) ?? "[secret]") : text),
  };
}

/** What stands behind the name in `user:password`: a service may give back either alone. */
const passwordIn = (value: string): string => value.slice(value.indexOf(":") + 1);

function formsOf(value: string): Set<string> {
  const bytes = Buffer.from(value, "utf8");
  const forms = new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), bytes.toString("hex")]);
  forms.add(encodeURIComponent(value).replaceAll("%20", "+"));
  for (const text of insideBase64(bytes)) {
    forms.add(text);
    forms.add(text.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return forms;
}

/** How base64 of a longer text shows these bytes, whichever of the three alignments they fall on. */
function insideBase64(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    // Characters that also hold bits of a neighbour differ from text to text: left out on both sides.
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    return text.slice(first, last);
  });
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
