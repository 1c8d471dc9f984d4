/** Told of one HTTP/1.1 answer while it comes. */
export interface HttpAnswerListener {
  started(statusCode: number, contentType: string): void;
  data(piece: Buffer): void;
}

/**
 * Reads one HTTP/1.1 answer from the bytes of a connection, however they are cut.
 * Source: RFC 9112, sections 6 and 7.1.
 */
export interface HttpAnswerReader {
  /** `false`: it goes on. `true`: the answer is complete with this chunk. @throws NoHttp */
  take(chunk: Buffer): boolean;
  /** The connection was closed: whether the answer is complete with that. */
  isCompleteAtClose(): boolean;
  /** After a complete answer: how long the connection may rest and still take another request; 0: it takes none. */
  restMs(): number;
}

/** The other side does not speak HTTP/1.1. */
export class NoHttp extends Error {
  readonly code = "HPE_NO_HTTP";
}

const MOST_HEAD_BYTES = 65_536;
const MOST_SIZE_BYTES = 1024;
const HEAD_END = Buffer.from("\r\n\r\n");
const LINE_END = Buffer.from("\r\n");
const NOTHING = Buffer.alloc(0);

type Phase = "head" | "size" | "piece" | "piece-end" | "trailer" | "counted" | "until-close" | "complete";

export function createHttpAnswerReader(listener: HttpAnswerListener): HttpAnswerReader {
  let phase: Phase = "head";
  /** What of a head or a size line has come, and is not whole yet. */
  let held: Buffer = NOTHING;
  let leftBytes = 0;
  let restMs = 0;
  let hasMore = false;

  /** Reads the head that begins at `at`; where the body begins, or -1 when it is not whole yet. */
  function takeHead(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(HEAD_END, at);
    if (end < 0) return wait(bytes, at, MOST_HEAD_BYTES);
    const head = readHead(bytes.toString("latin1", at, end));
    const after = end + HEAD_END.length;
    if (head.statusCode < 200) return after; // 100 Continue, 103 Early Hints: the answer is still to come
    restMs = head.restMs;
    leftBytes = head.length ?? 0;
    if (head.statusCode === 204 || head.statusCode === 304) phase = "complete";
    else if (head.isChunked) phase = "size";
    else if (head.length === undefined) phase = "until-close";
    else phase = leftBytes === 0 ? "complete" : "counted";
    listener.started(head.statusCode, head.contentType);
    return after;
  }

  /** Reads a line from `at` on; what follows it, or -1. */
  function takeLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(LINE_END, at);
    if (end < 0) return wait(bytes, at, MOST_SIZE_BYTES);
    if (phase === "size") {
      leftBytes = readSize(bytes.toString("latin1", at, end));
      phase = leftBytes === 0 ? "trailer" : "piece";
    } else if (phase === "piece-end") {
      if (end !== at) throw new NoHttp("a piece of the answer has the wrong length");
      phase = "size";
    } else if (end === at) {
      phase = "complete"; // the empty line behind the trailers
    }
    return end + LINE_END.length;
  }

  function wait(bytes: Buffer, at: number, most: number): number {
    if (bytes.length - at > most) throw new NoHttp("a line of its answer is too long");
    held = bytes.subarray(at);
    return -1;
  }

  function takeBody(bytes: Buffer, at: number): number {
    const end = phase === "until-close" ? bytes.length : Math.min(bytes.length, at + leftBytes);
    leftBytes -= end - at;
    if (phase !== "until-close" && leftBytes === 0) phase = phase === "piece" ? "piece-end" : "complete";
    listener.data(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    return end;
  }

  function takePart(bytes: Buffer, at: number): number {
    switch (phase) {
      case "head":
        return takeHead(bytes, at);
      case "size":
      case "piece-end":
      case "trailer":
        return takeLine(bytes, at);
      default:
        return takeBody(bytes, at);
    }
  }

  return {
    take(chunk) {
      const bytes = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
      held = NOTHING;
      let at = 0;
      while (at >= 0 && at < bytes.length && phase !== "complete") at = takePart(bytes, at);
      hasMore = at >= 0 && at < bytes.length;
      return phase === "complete";
    },
    isCompleteAtClose: () => phase === "until-close",
    restMs: () => (phase === "complete" && !hasMore ? restMs : 0),
  };
}

interface Head {
  readonly statusCode: number;
  readonly contentType: string;
  readonly length: number | undefined;
  readonly isChunked: boolean;
  readonly restMs: number;
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |\r|$)/;

function readHead(text: string): Head {
  const status = STATUS_LINE.exec(text);
  if (!status) throw new NoHttp("it does not speak HTTP/1.1");
  const connection = headerIn(text, CONNECTION)?.toLowerCase();
  const coding = headerIn(text, CODING)?.toLowerCase();
  const length = headerIn(text, LENGTH);
  if (coding !== undefined && coding !== "chunked") throw new NoHttp("it sends in a way that was not asked for");
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new NoHttp("the length of its answer is no number");
  const keepsOpen = status[1] === "1" ? connection !== "close" : connection === "keep-alive";
  return {
    statusCode: Number(status[2]),
    contentType: headerIn(text, TYPE) ?? "",
    isChunked: coding === "chunked",
    length: coding === undefined && length !== undefined ? Number(length) : undefined,
    restMs: keepsOpen ? restMsOf(headerIn(text, KEEP_ALIVE)) : 0,
  };
}

const TYPE = /\r\ncontent-type:[ \t]*([^\r\n]*)/i;
const LENGTH = /\r\ncontent-length:[ \t]*([^\r\n]*)/i;
const CODING = /\r\ntransfer-encoding:[ \t]*([^\r\n]*)/i;
const CONNECTION = /\r\nconnection:[ \t]*([^\r\n]*)/i;

const KEEP_ALIVE = /\r\nkeep-alive:[ \t]*([^\r\n]*)/i;

/** A second less than the server says: it must not close while a request is on its way. */
function restMsOf(keepAlive: string | undefined): number {
  const seconds = keepAlive === undefined ? undefined : /timeout=(\d{1,9})/i.exec(keepAlive)?.[1];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(seconds) - 1) * 1000;
}

const headerIn = (text: string, header: RegExp) => header.exec(text)?.[1]?.trimEnd();

function readSize(line: string): number {
  const digits = /^([0-9a-f]{1,12})[ \t]*(?:;|$)/i.exec(line)?.[1];
  if (digits === undefined) throw new NoHttp("a piece of its answer has no length");
  return Number.parseInt(digits, 16);
}
