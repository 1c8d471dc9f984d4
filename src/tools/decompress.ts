import { Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";

/** Bytes that are not what their content encoding says. */
export class Undecodable extends Error {}

/**
 * A body as it was before it was sent: gzip, br and deflate, up to two of them. The reader counts what comes out.
 * @throws Undecodable at once for an encoding that is not known; broken bytes end the stream with zlib's error
 */
export function decompressed(body: Readable, encoding: string): Readable {
  const names = encoding
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity")
    .reverse();
  if (names.length > 2) throw new Undecodable(`it is compressed ${names.length} times over`);
  return names.reduce<Readable>((source, name) => through(source, name), body);
}

function through(source: Readable, name: string): Readable {
  const decoder = name === "deflate" ? undefined : decoderFor(name);
  if (decoder) {
    source.on("error", (error) => decoder.destroy(error));
    decoder.on("close", () => source.destroy());
    return source.pipe(decoder);
  }
  return Readable.from(inflated(source));
}

function decoderFor(name: string): Transform {
  if (name === "gzip" || name === "x-gzip") return createGunzip();
  if (name === "br") return createBrotliDecompress();
  throw new Undecodable(`its encoding "${name.slice(0, 20)}" is not one that Piloto reads`);
}

/** `deflate` means zlib's format, but some servers send the bare stream (RFC 9110, 8.4.1.2): the first byte tells. */
async function* inflated(source: Readable): AsyncGenerator<Buffer> {
  let decoder: Transform | undefined;
  const input = source[Symbol.asyncIterator]();
  const first = await input.next();
  if (first.done) return;
  decoder = ((first.value as Buffer)[0] ?? 0) % 16 === 8 ? createInflate() : createInflateRaw();
  yield* Readable.from(prepend(first.value, input))
    .on("error", (error) => decoder.destroy(error))
    .pipe(decoder);
}

async function* prepend(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
