import type { NodeName } from "./fleet-failures.ts";
import { nodeFailed } from "./fleet-failures.ts";

/** All of a body as text. @throws PilotoError NODE_FAILED: it is longer than `maxBytes` */
export async function readText(node: NodeName, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw nodeFailed(node, `it sent more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** `undefined` for what is not JSON: it fails the shape it is read with, and the caller names the failure. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told by the caller, as above
  }
}
