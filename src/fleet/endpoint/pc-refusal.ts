import { isPilotoError } from "../../../core/domain/errors.ts";
import type { NodeName } from "../fleet-failures.ts";
import {
  contextTooLarge,
  errorWords,
  failureOfStatus,
  isAboutContext,
  nodeFailed,
  ThinkRefused,
} from "../fleet-failures.ts";

/** A PC refused a request for what the request says: no other PC would take it. Its words go to the program. */
export class Refusal extends Error {
  readonly statusCode: number;
  constructor(statusCode: number, words: string) {
    super(words);
    this.name = "Refusal";
    this.statusCode = statusCode;
  }
}

/** What the request itself is to blame for. */
const REQUESTS_FAULT: readonly number[] = [400, 413, 422];

/** What an error answer of a PC means for the request, and for other PCs. */
export function failureOfAnswer(
  node: NodeName,
  model: string,
  { statusCode, isJson, body }: { readonly statusCode: number; readonly isJson: boolean; readonly body: string },
): Error {
  if (!isJson && statusCode !== 503) return nodeFailed(node, `it answered ${statusCode}: ${errorWords(body)}`);
  const failure = failureOfStatus(node, model, statusCode, body);
  if (failure instanceof ThinkRefused) return new Refusal(400, errorWords(body));
  const isRequestsFault = REQUESTS_FAULT.includes(statusCode) && isPilotoError(failure, "NODE_FAILED");
  return isRequestsFault ? new Refusal(statusCode, errorWords(body)) : failure;
}

/** The same for an error that came in the place of the first line. */
export function failureOfWords(node: NodeName, model: string, words: string): Error {
  return isAboutContext(words) ? contextTooLarge(model, words) : nodeFailed(node, words);
}
