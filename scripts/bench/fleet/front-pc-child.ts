import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

// A PC that costs next to nothing, for measuring what stands before it: each chat gets one chunk at once.

const MODEL = process.argv[2] ?? "small:8b";
const line = (value: object) =>
  `${JSON.stringify({ model: MODEL, created_at: "2026-11-21T12:00:00.000Z", ...value })}\n`;
const ANSWER =
  line({ message: { role: "assistant", content: "One piece of an answer." }, done: false }) +
  line({
    message: { role: "assistant", content: "" },
    ...{ done: true, done_reason: "stop", total_duration: 5e6, load_duration: 1e6 },
    ...{ prompt_eval_count: 500, prompt_eval_duration: 3e6, eval_count: 6, eval_duration: 1e6 },
  });
const details = { format: "gguf", family: "simulated", families: ["simulated"], context_length: 32_768 };
const listed = { name: MODEL, model: MODEL, size: 5e9, digest: "a".repeat(64), details };
const DOCUMENTS: Readonly<Record<string, unknown>> = {
  "/api/version": { version: "0.40.0" },
  "/api/tags": { models: [{ ...listed, capabilities: ["completion", "tools"] }] },
  "/api/ps": {
    models: [{ ...listed, size_vram: 5e9, context_length: 8192, expires_at: "2099-01-01T00:00:00Z" }],
  },
};

const server = createServer((req, res) => {
  req.on("data", () => {});
  req.on("end", () => {
    const path = req.url ?? "";
    const document = DOCUMENTS[path];
    if (document) res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
    else if (path === "/api/chat" || path === "/api/generate") answer();
    else res.writeHead(404, { "content-type": "application/json" }).end('{"error":"not here"}');
  });
  function answer(): void {
    res.writeHead(200, { "content-type": "application/x-ndjson" });
    res.end(ANSWER);
  }
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => {
  process.send?.({ kind: "ready", port: (server.address() as AddressInfo).port });
});
