/** How much the endpoint takes and holds. */
export interface EndpointLimits {
  /** One request's body; more gets 413. */
  readonly bodyBytes: number;
  /** Bodies of all requests that are under way, together; more gets 503. */
  readonly heldBytes: number;
  /** One answer that is put together before it is sent (`stream: false`). */
  readonly answerBytes: number;
  /** One line of a PC's answer. */
  readonly lineBytes: number;
  /** Vectors, and lists and details of models. */
  readonly documentBytes: number;
  /** The longest silence of a PC between two pieces of an answer. */
  readonly stallMs: number;
  /** A program that reads nothing for so long is cut off: it holds a PC's slot. */
  readonly slowReaderMs: number;
  /** A whole answer, from its first token. */
  readonly answerMs: number;
  /** Lists and details of models, from one PC. */
  readonly lookMs: number;
}

const MIB = 2 ** 20;

export const DEFAULT_ENDPOINT_LIMITS: EndpointLimits = {
  bodyBytes: 32 * MIB,
  heldBytes: 512 * MIB,
  answerBytes: 8 * MIB,
  lineBytes: 4 * MIB,
  documentBytes: 64 * MIB,
  stallMs: 30_000,
  slowReaderMs: 60_000,
  answerMs: 1_800_000,
  lookMs: 3000,
};
