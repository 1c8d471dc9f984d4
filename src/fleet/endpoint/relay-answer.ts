import { isPilotoError, PilotoError } from "../../../core/domain/errors.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import {
  answerCutOff,
  cancelled,
  isNetworkError,
  networkWords,
  nodeFailed,
  nodeUnreachable,
} from "../fleet-failures.ts";
import { TOOL_CALL_STALLS } from "../fleet-options.ts";
import type { Relay, RelayListener } from "../relay.ts";
import type { Place } from "../route/router.ts";
import type { Due, Timers } from "../timers.ts";
import { errorLineIn, readLastLine } from "./answer-lines.ts";
import type { EndpointLimits } from "./limits.ts";
import { failureOfAnswer, failureOfWords } from "./pc-refusal.ts";
import type { LastLine, Sink } from "./sink.ts";
import { createWholeLines } from "./whole-lines.ts";

/** One request as a PC gets it. */
export interface Sending {
  readonly path: "/api/chat" | "/api/generate";
  readonly model: string;
  readonly body: string;
  /** The answer may hold a tool call, which comes in one piece. */
  readonly hasTools: boolean;
}

export interface RelayDeps {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits: EndpointLimits;
}

/**
 * Sends a request to a place and its answer to a sink, line by line as the PC writes it. Resolves when the answer is
 * complete. Before the first token it rejects with what the router goes elsewhere for, or with a `Refusal`, and the
 * sink was not touched; after it with ANSWER_CUT_OFF, and the sink was told.
 */
export function relayAnswer(place: Place, sending: Sending, sink: Sink, deps: RelayDeps): Promise<void> {
  return new Promise((resolve, reject) => new RelayedAnswer(place, sending, sink, deps, { resolve, reject }).open());
}

interface Settle {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What of an error answer is kept. */
const ERROR_BYTES = 65_536;
const BRACE = 123;

/** One answer on its way: opened once, settled once. */
class RelayedAnswer implements RelayListener {
  readonly #place: Place;
  readonly #sending: Sending;
  readonly #sink: Sink;
  readonly #deps: RelayDeps;
  readonly #settle: Settle;
  readonly #stallMs: number;
  readonly #lines = createWholeLines();
  #relay: Relay | undefined;
  #watch: Due | undefined;
  #statusCode = 0;
  #isJson = false;
  #errorBody = "";
  #isSettled = false;
  #hasBegun = false;
  /** When the first token came. */
  #begunMs = 0;
  #heardMs = 0;
  #passedBytes = 0;
  /** The program reads too slowly: nothing more is taken from the PC. */
  #isHeld = false;
  readonly #onAbort = () => this.#aborted();

  constructor(place: Place, sending: Sending, sink: Sink, deps: RelayDeps, settle: Settle) {
    this.#place = place;
    this.#sending = sending;
    this.#sink = sink;
    this.#deps = deps;
    this.#settle = settle;
    this.#stallMs = deps.limits.stallMs * (sending.hasTools ? TOOL_CALL_STALLS : 1);
  }

  open(): void {
    const { signal, client } = this.#place;
    if (signal.aborted) return void this.#aborted();
    signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#relay = client.relay(this.#sending.path, this.#sending.body, this);
  }

  started(statusCode: number, contentType: string): void {
    this.#statusCode = statusCode;
    this.#isJson = /json/i.test(contentType);
  }

  data(chunk: Buffer): void {
    if (this.#isSettled) return void this.#relay?.cancel(); // it goes on after `done`
    if (this.#statusCode !== 200) return void this.#takeError(chunk);
    this.#heardMs = this.#deps.clock.nowMs();
    const whole = this.#lines.take(chunk);
    const { lineBytes } = this.#deps.limits;
    if (this.#lines.restBytes > lineBytes) return void this.#broken(`a line of more than ${lineBytes} bytes`);
    if (whole.length > 0) this.#takeSafely(whole);
  }

  ended(): void {
    if (this.#isSettled) return;
    if (this.#statusCode !== 200) {
      const answer = { statusCode: this.#statusCode, isJson: this.#isJson, body: this.#errorBody };
      return void this.#end(failureOfAnswer(this.#place.node, this.#sending.model, answer));
    }
    const rest = this.#lines.rest();
    if (rest.length > 0) this.#takeSafely(Buffer.concat([rest, Buffer.from("\n")]));
    if (!this.#isSettled) this.#broken("the stream ended early");
  }

  failed(error: unknown): void {
    if (this.#isSettled) return;
    if (isNetworkError(error))
      this.#broken(networkWords(error), nodeUnreachable(this.#place.node, networkWords(error), error));
    else this.#end(error);
  }

  #takeError(chunk: Buffer): void {
    this.#errorBody += chunk.toString("utf8");
    if (this.#errorBody.length > ERROR_BYTES) this.ended();
  }

  /** What JSON can read, it cannot always write again: lines that are nested without end. */
  #takeSafely(whole: Buffer): void {
    try {
      this.#take(whole);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#broken("its answer is nested too deeply");
    }
  }

  #take(whole: Buffer): void {
    const error = errorLineIn(whole);
    if (!this.#hasBegun) {
      if (error?.at === 0) return void this.#end(failureOfWords(this.#place.node, this.#sending.model, error.words));
      if (!this.#isJson || whole[0] !== BRACE) return void this.#broken("it sent something that is not an answer");
    }
    if (error) {
      if (error.at > 0) this.#pass(whole.subarray(0, error.at));
      return void this.#broken(error.words);
    }
    const last = readLastLine(whole);
    if (last) this.#finish(last, whole);
    else this.#pass(whole);
  }

  /** The first token: told after it was handed over, since who is told has work of its own. */
  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#begunMs = this.#heardMs;
    this.#place.firstToken();
  }

  #pass(lines: Buffer): void {
    if (this.#isTooLong(lines)) return void this.#tooLong();
    const mayGoOn = this.#sink.lines(lines);
    if (!this.#hasBegun) {
      this.#begin();
      this.#lookAgain();
    }
    if (mayGoOn || this.#isHeld) return;
    this.#isHeld = true;
    this.#relay?.pause();
    this.#sink.onDrain(() => {
      this.#isHeld = false;
      this.#heardMs = this.#deps.clock.nowMs();
      this.#relay?.resume();
    });
  }

  #finish(last: LastLine, lines: Buffer): void {
    if (this.#isTooLong(lines)) return void this.#tooLong();
    this.#sink.end(last, lines);
    this.#begin();
    this.#place.usage(last.usage);
    this.#end(undefined);
  }

  #isTooLong(lines: Buffer): boolean {
    this.#passedBytes += lines.length;
    return this.#sink.mostBytes !== undefined && this.#passedBytes > this.#sink.mostBytes;
  }

  /** Looks whether it goes on: one due time an answer, however many pieces it has. */
  #look(): void {
    const { clock, limits } = this.#deps;
    const nowMs = clock.nowMs();
    const silentMs = nowMs - this.#heardMs;
    if (this.#isHeld && silentMs >= limits.slowReaderMs) {
      this.#sink.drop();
      return void this.#broken(`the program took nothing for ${limits.slowReaderMs / 1000} s`);
    }
    if (!this.#isHeld && silentMs >= this.#stallMs) {
      return void this.#broken(`no next token came within ${this.#stallMs / 1000} s`);
    }
    if (nowMs - this.#begunMs >= limits.answerMs) {
      return void this.#broken(`the answer was not complete after ${limits.answerMs / 1000} s`);
    }
    this.#lookAgain();
  }

  #lookAgain(): void {
    const { clock, timers, limits } = this.#deps;
    const soonestMs = Math.min(this.#stallMs, limits.slowReaderMs);
    const dueMs = Math.min(this.#begunMs + limits.answerMs, this.#heardMs + soonestMs);
    this.#watch = timers.at(Math.max(dueMs, clock.nowMs() + soonestMs / 4), () => this.#look());
  }

  #aborted(): void {
    const { reason } = this.#place.signal;
    const why = isPilotoError(reason) ? reason : cancelled();
    if (this.#hasBegun) this.#sink.fail(why.message);
    this.#end(why);
  }

  /** What came is no answer, or no whole one. Before the first token another PC may do. */
  #broken(why: string, early: PilotoError = nodeFailed(this.#place.node, why)): void {
    if (!this.#hasBegun) return void this.#end(early);
    const failure = answerCutOff(this.#place.node, why, early.cause);
    this.#sink.fail(failure.message);
    this.#end(failure);
  }

  #tooLong(): void {
    this.#begin();
    const { model } = this.#sending;
    const found = `${model} on ${this.#place.node.name} wrote more than ${this.#sink.mostBytes} bytes`;
    const failure = new PilotoError("ANSWER_TOO_LONG", `${found}. The answer was stopped; ask for less, or stream it.`);
    this.#sink.fail(failure.message);
    this.#end(failure);
  }

  /** Settles: once, whatever else happens later. */
  #end(error: unknown): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#watch?.cancel();
    this.#place.signal.removeEventListener("abort", this.#onAbort);
    if (error === undefined) return void this.#settle.resolve();
    this.#relay?.cancel();
    this.#settle.reject(error);
  }
}
