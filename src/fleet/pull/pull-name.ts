import { PilotoError } from "../../../core/domain/errors.ts";
import { visibleText } from "../../../core/domain/plain-text.ts";
import { fullName } from "../model-name.ts";

/** Registries that a PC may be sent to beside its own default. Hugging Face's two names are Ollama's own words for it. */
const HOSTS = ["registry.ollama.ai", "hf.co", "huggingface.co"];
const PART = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const LONGEST = 300;

/**
 * A model's name as a person typed it, to be handed to a PC as it is: `name`, `name:tag`, `owner/name:tag`, or with
 * one of the known registries in front (`hf.co/owner/name:tag`). Nothing is added or repaired: what the PC then
 * downloads comes from where the name says.
 * @throws PilotoError INPUT_INVALID for addresses, other hosts, paths, blanks and control characters
 */
export function readPullName(text: string): string {
  if (text.length > LONGEST) throw invalid(text, `is longer than ${LONGEST} characters`);
  if (/[\s\p{C}]/u.test(text)) throw invalid(text, "holds blanks or invisible characters");
  if (text.includes("://")) throw invalid(text, "is an address");
  const parts = text.split("/");
  const last = parts.at(-1) ?? "";
  const [model = "", tag, ...more] = last.split(":");
  const isRead = PART.test(model) && (tag === undefined || PART.test(tag)) && more.length === 0;
  if (!isRead || parts.length > 3 || parts.some((part) => part === "" || part === "." || part === "..")) {
    throw invalid(text, "is no name that Ollama knows");
  }
  const [host, owner] =
    parts.length === 3 ? [parts[0], parts[1]] : [undefined, parts.length === 2 ? parts[0] : undefined];
  if (host !== undefined && !HOSTS.includes(host.toLowerCase())) throw invalid(text, `names another host (${host})`);
  if (owner !== undefined && !PART.test(owner)) throw invalid(text, "is no name that Ollama knows");
  return text;
}

/** How a PC lists what was pulled under a name: without its default registry, with a tag. */
export function listedName(name: string): string {
  return fullName(name.replace(/^registry\.ollama\.ai\//i, "").replace(/^library\//i, ""));
}

/** Whether a PC lists this very model under `listed`. Ollama takes capitals and small letters for one. */
export function isListedAs(listed: string, name: string): boolean {
  return listed.toLowerCase() === listedName(name).toLowerCase();
}

function invalid(text: string, why: string): PilotoError {
  const shown = visibleText(text.slice(0, 80));
  const wanted = "Write a name like qwen3:8b, owner/name:tag or hf.co/owner/name:tag";
  return new PilotoError("INPUT_INVALID", `"${shown}" ${why}, so it is not given to a PC. ${wanted}.`);
}
