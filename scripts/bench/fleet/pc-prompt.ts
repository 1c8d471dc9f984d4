/**
 * What a simulated PC must know of a request and nobody before it may: how long the answer will be. It stands at the
 * beginning of the prompt's text; whoever is in between sees only how long the text is.
 */
export interface PromptSecret {
  /** Of the workload: an answer that is made twice shows. */
  readonly id: number;
  readonly promptTokens: number;
  readonly answerTokens: number;
  readonly session?: string;
  readonly hashIds?: readonly number[];
}

const CHARACTERS_PER_TOKEN = 4;
const FILLING = "and then some more words of the same kind ".repeat(40_000);

/**
 * The text of a prompt: as long as its tokens are, at four characters a token, less what stands in other messages of
 * the same prompt; never shorter than what the PC must know.
 */
export function writePrompt(
  { id, promptTokens, answerTokens, session = "", hashIds }: PromptSecret,
  charactersElsewhere = 0,
): string {
  const blocks = hashIds ? ` blocks=${hashIds.join(",")}` : "";
  const head = `[[id=${id} prompt=${promptTokens} answer=${answerTokens} session=${session}${blocks}]] `;
  const length = promptTokens * CHARACTERS_PER_TOKEN - charactersElsewhere;
  return head.length >= length ? head : head + FILLING.slice(0, length - head.length);
}

const HEAD = /^\[\[id=(\d+) prompt=(\d+) answer=(\d+) session=(\S*)(?: blocks=([\d,]+))?\]\]/;

/** What `writePrompt` wrote; a text of another origin has four characters a token and gets a short answer. */
export function readPrompt(text: string): PromptSecret {
  const match = HEAD.exec(text);
  if (!match)
    return { id: 0, promptTokens: Math.max(1, Math.ceil(text.length / CHARACTERS_PER_TOKEN)), answerTokens: 16 };
  const [, id, promptTokens, answerTokens, session, blocks] = match;
  return {
    id: Number(id),
    promptTokens: Number(promptTokens),
    answerTokens: Number(answerTokens),
    ...(session && { session }),
    ...(blocks && { hashIds: blocks.split(",").map(Number) }),
  };
}
