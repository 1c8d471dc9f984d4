import { cancelled, isNetworkError, networkWords, nodeFailed, nodeUnreachable } from "../fleet-failures.ts";
import type { Relay } from "../relay.ts";
import type { Place } from "../route/router.ts";
import { failureOfAnswer } from "./pc-refusal.ts";

/**
 * Sends a request to a place whose answer is one JSON document, and gathers it. Nothing of it is used before it is
 * whole, so that until then another PC may do.
 */
export function relayDocument(
  place: Place,
  { path, model, body }: { readonly path: string; readonly model: string; readonly body: string },
  mostBytes: number,
): Promise<Buffer> {
  const { node, signal, client } = place;
  return new Promise((resolve, reject) => {
    let relay: Relay | undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    let answer = { statusCode: 0, isJson: false };
    const settle = (error: unknown) => {
      signal.removeEventListener("abort", onAbort);
      relay?.cancel();
      reject(error);
    };
    function onAbort(): void {
      settle(cancelled());
    }
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    relay = client.relay(path, body, {
      started(statusCode, contentType) {
        answer = { statusCode, isJson: /json/i.test(contentType) };
      },
      data(chunk) {
        bytes += chunk.length;
        if (bytes > mostBytes) settle(nodeFailed(node, `it sent more than ${mostBytes} bytes`));
        else chunks.push(chunk);
      },
      ended() {
        const whole = Buffer.concat(chunks);
        if (answer.statusCode !== 200) {
          return settle(failureOfAnswer(node, model, { ...answer, body: whole.toString("utf8", 0, 65_536) }));
        }
        if (!answer.isJson) return settle(nodeFailed(node, `${path} did not answer with what Ollama sends`));
        signal.removeEventListener("abort", onAbort);
        place.firstToken();
        resolve(whole);
      },
      failed(error) {
        settle(isNetworkError(error) ? nodeUnreachable(node, networkWords(error), error) : error);
      },
    });
  });
}
