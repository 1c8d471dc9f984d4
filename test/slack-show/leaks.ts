/**
 * What in a payload could call somebody, or lead elsewhere than it says: mention elements, mrkdwn with open angle
 * brackets, links whose text is not their address.
 */
export function leaksIn(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => leaksIn(item, `${path}[${at}]`));
  if (typeof value !== "object" || value === null) return [];
  const node = value as Record<string, unknown>;
  const found: string[] = [];
  const kind = String(node.type ?? "");
  if (["user", "usergroup", "channel", "broadcast", "team", "emoji", "image", "video"].includes(kind)) {
    found.push(`${path} is a ${kind}`);
  }
  if (kind === "link") found.push(...linkTricks(node, path));
  if (kind === "mrkdwn" && hasAngle(node.text))
    found.push(`${path} opens a bracket: ${String(node.text).slice(0, 80)}`);
  if (path === "" && kind === "" && hasAngle(node.text))
    found.push(`text opens a bracket: ${String(node.text).slice(0, 80)}`);
  return [...found, ...Object.entries(node).flatMap(([key, item]) => leaksIn(item, `${path}.${key}`))];
}

const hasAngle = (text: unknown): boolean => typeof text === "string" && /[<>]/.test(text);

function linkTricks({ url, text }: Record<string, unknown>, path: string): string[] {
  if (typeof url !== "string" || text !== url) return [`${path} shows ${String(text)} and leads to ${String(url)}`];
  const { protocol, username, hostname } = new URL(url);
  const isOpen = /^https?:$/.test(protocol) && username === "" && /^[\x21-\x7e]+$/.test(hostname);
  return isOpen ? [] : [`${path} leads to ${url}`];
}
