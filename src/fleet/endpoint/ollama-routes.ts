import type { Route } from "./exchange.ts";
import { EndpointRefusal } from "./failure-answer.ts";
import { isUnload, needsOfChat, needsOfGenerate, readChat, readGenerate } from "./ollama-request.ts";
import { createStreamSink, createWholeSink } from "./ollama-sinks.ts";
import { affinityOf, sizeOfMessages } from "./prompt-size.ts";
import { serveGeneration } from "./serve-generation.ts";

/** `POST /api/chat`. Without messages the model is only loaded. */
export const serveChat: Route = async (exchange, deps) => {
  const request = readChat(exchange.body);
  const messages = request.messages ?? [];
  if (messages.length === 0 && isUnload(request.keep_alive)) throw unloadRefused();
  const size = sizeOfMessages(messages, request.tools);
  const sink =
    request.stream === false
      ? createWholeSink(exchange.res, "/api/chat", deps.limits.answerBytes)
      : createStreamSink(exchange.res);
  const generation = { request, needs: needsOfChat(request), size, affinity: affinityOf(messages), sink };
  await serveGeneration({ path: "/api/chat", ...generation }, exchange, deps);
};

/** `POST /api/generate`. Without a prompt the model is only loaded. */
export const serveGenerate: Route = async (exchange, deps) => {
  const request = readGenerate(exchange.body);
  const { prompt, system, images } = request;
  if (!prompt && isUnload(request.keep_alive)) throw unloadRefused();
  const said = [
    { role: "system", content: system },
    { role: "user", content: prompt, images },
  ];
  const sink =
    request.stream === false
      ? createWholeSink(exchange.res, "/api/generate", deps.limits.answerBytes)
      : createStreamSink(exchange.res);
  const generation = { request, needs: needsOfGenerate(request), size: sizeOfMessages(said), sink };
  await serveGeneration({ path: "/api/generate", affinity: affinityOf(said), ...generation }, exchange, deps);
};

function unloadRefused(): EndpointRefusal {
  const words = "Piloto decides which models are loaded where. A program can ask for answers, not for unloading.";
  return new EndpointRefusal(403, "not_allowed", words);
}
