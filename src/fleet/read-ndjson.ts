/** A line that is nothing Ollama sends: not JSON, too long, of a wrong shape, or an error. */
export class UnreadableLine extends Error {}

/**
 * The JSON values of a newline-delimited stream, one by one. Empty lines are skipped; a last line without a line
 * break counts. Never holds more than `maxLineBytes` characters.
 * @throws UnreadableLine for a line that is not JSON or too long; errors of the stream as they are.
 */
export async function* readNdjson(body: AsyncIterable<Uint8Array>, maxLineBytes: number): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    rest += first; // only the new chunk is searched, so a long line in small chunks costs no more than its length
    if (rest.length > maxLineBytes) throw tooLong(rest.length);
    for (const next of others) {
      if (rest.trim() !== "") yield parse(rest);
      rest = next;
    }
    if (rest.length > maxLineBytes) throw tooLong(rest.length);
  }
  rest += decoder.decode();
  if (rest.trim() !== "") yield parse(rest);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new UnreadableLine(`a line that is not JSON, beginning "${line.slice(0, 60)}"`, { cause: error });
  }
}

const tooLong = (length: number) => new UnreadableLine(`a line of more than ${length} characters`);
