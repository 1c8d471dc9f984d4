import { EndpointRefusal } from "./failure-answer.ts";

/** What a program sent, as JSON. @throws EndpointRefusal 400 for what is nested so deeply that it cannot be written */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new EndpointRefusal(400, "invalid_request", "The request is nested too deeply.");
  }
}
