import { EndpointRefusal } from "./failure-answer.ts";
import type { OpenAiMessage } from "./openai-shapes.ts";

/** A message in Ollama's words. */
export interface OllamaMessage {
  readonly role: string;
  readonly content: string;
  readonly images?: readonly string[];
  readonly thinking?: string;
  readonly tool_calls?: readonly object[];
  readonly tool_name?: string;
  readonly tool_call_id?: string;
}

/**
 * Messages of OpenAI's dialect in Ollama's: parts become one text and its images, arguments of tool calls become
 * objects, and answers of tools get the tool's name.
 * @throws EndpointRefusal 400 for what Ollama has no words for: images by URL, sound, files
 */
export function toOllamaMessages(messages: readonly OpenAiMessage[]): OllamaMessage[] {
  const toolNames = new Map<string, string>();
  return messages.map((message) => {
    for (const call of message.tool_calls ?? []) if (call.id) toolNames.set(call.id, call.function.name);
    return toMessage(message, toolNames);
  });
}

function toMessage(message: OpenAiMessage, toolNames: ReadonlyMap<string, string>): OllamaMessage {
  const { text, images } = contentOf(message.content);
  const thinking = message.reasoning ?? message.reasoning_content;
  const id = message.role === "tool" ? message.tool_call_id : undefined;
  const toolName = message.role === "tool" ? (message.name ?? toolNames.get(id ?? "")) : undefined;
  return {
    role: message.role === "developer" ? "system" : message.role,
    content: text,
    ...(images.length > 0 && { images }),
    ...(thinking && { thinking }),
    ...(message.tool_calls?.length && { tool_calls: message.tool_calls.map(toToolCall) }),
    ...(toolName && { tool_name: toolName }),
    ...(id && { tool_call_id: id }),
  };
}

function toToolCall({ id, function: call }: NonNullable<OpenAiMessage["tool_calls"]>[number], index: number): object {
  return { ...(id && { id }), function: { index, name: call.name, arguments: argumentsOf(call) } };
}

function argumentsOf({ name, arguments: text }: { readonly name: string; readonly arguments: string }): object {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refused(`The arguments of the call of ${name.slice(0, 80)} should be a JSON object and are not.`);
}

function contentOf(content: OpenAiMessage["content"]): { readonly text: string; readonly images: string[] } {
  if (!Array.isArray(content)) return { text: content ?? "", images: [] };
  const texts: string[] = [];
  const images: string[] = [];
  for (const part of content) {
    if (part.type === "text") texts.push(part.text ?? "");
    else if (part.type === "refusal") texts.push(part.refusal ?? "");
    else if (part.type === "image_url") images.push(imageOf(part.image_url));
    else throw refused(`Content of type ${part.type.slice(0, 40)} is not supported; text and image_url are.`);
  }
  return { text: texts.join("\n"), images };
}

const DATA_URL = /^data:(?:image\/[a-z0-9.+-]+)?;base64,/i;

/** Nothing is fetched: an address would make the endpoint call wherever a program wants. */
function imageOf(image: string | { readonly url: string } | undefined): string {
  const url = typeof image === "string" ? image : (image?.url ?? "");
  const head = DATA_URL.exec(url.slice(0, 100));
  if (head) return url.slice(head[0].length);
  throw refused("Images are taken as data only (data:image/png;base64,…), not by address.");
}

function refused(words: string): EndpointRefusal {
  return new EndpointRefusal(400, "invalid_request", words);
}
