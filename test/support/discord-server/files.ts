import type { Discord } from "./discord.ts";
import { Refusal } from "./refusal.ts";
import type { Attachment, Component, Message } from "./world.ts";
import { keepNewest } from "./world.ts";

/** A file of a multipart request: `files[n]`. */
export interface Upload {
  readonly n: number;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

interface AttachmentRequest {
  readonly id: string | number;
  readonly description?: string | null;
}

/** The attachments a message has after this request: what it keeps and what is new. Refuses what Discord refuses. */
export function attachmentsAfter(
  discord: Discord,
  channelId: string,
  request: { asked: readonly AttachmentRequest[] | null | undefined; uploads: readonly Upload[]; before?: Message },
): Attachment[] {
  const { asked, uploads, before } = request;
  const { fileBytes } = discord.world.limits;
  if (uploads.some((upload) => upload.bytes.length > fileBytes)) throw new Refusal("tooLarge");
  if (uploads.length > 10) throw new Refusal("invalidForm", ["files: Must be 10 or fewer in length."]);
  const kept = (before?.attachments ?? []).filter(
    (one) => asked == null || asked.some((entry) => String(entry.id) === one.id),
  );
  const known = new Set([...(before?.attachments ?? []).map((one) => one.id), ...uploads.map((one) => String(one.n))]);
  const lost = (asked ?? []).findIndex((entry) => !known.has(String(entry.id)));
  if (lost >= 0) throw new Refusal("invalidForm", [`attachments[${lost}].id: Uploaded file not found`]);
  const added = uploads.map((upload) => {
    const entry = asked?.find((one) => String(one.id) === String(upload.n));
    return store(discord, channelId, upload, entry?.description ?? undefined);
  });
  if (kept.length + added.length > 10)
    throw new Refusal("invalidForm", ["attachments: Must be 10 or fewer in length."]);
  return [...kept, ...added];
}

/** Keeps a file and gives it an address; used for people's files too. */
export function store(
  discord: Discord,
  channelId: string,
  upload: Omit<Upload, "n">,
  description?: string,
): Attachment {
  const { world } = discord;
  const id = world.ids.next();
  const name = storedName(upload.name);
  world.files.set(id, { id, name, bytes: upload.bytes, contentType: upload.contentType });
  keepNewest(world.files, world.limits.history);
  const url = `${discord.baseUrl()}/attachments/${channelId}/${id}/${name}?ex=ffffffff&is=0&hm=0`;
  return {
    id,
    filename: name,
    size: upload.bytes.length,
    url,
    proxy_url: url,
    content_type: upload.contentType,
    ...(description && { description }),
  };
}

/** Discord keeps letters, digits, dots, hyphens and underscores; the rest becomes `_`. */
const storedName = (name: string) => name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(-200) || "unknown";

/** Components with `attachment://name` replaced by the stored file; refuses a name that is not attached. */
export function withFilesResolved(components: readonly Component[], attachments: readonly Attachment[]): Component[] {
  return components.map((component, n) => resolved(component, attachments, `components[${n}]`) as Component);
}

function resolved(part: unknown, attachments: readonly Attachment[], at: string): unknown {
  if (Array.isArray(part)) return part.map((one, n) => resolved(one, attachments, `${at}[${n}]`));
  if (typeof part !== "object" || part === null) return part;
  const url = (part as { url?: unknown }).url;
  if (typeof url === "string" && url.startsWith("attachment://")) {
    const file = attachments.find((one) => one.filename === url.slice("attachment://".length));
    if (!file) throw new Refusal("invalidForm", [`${at}.url: The referenced attachment was not found: ${url}`]);
    return { ...part, url: file.url, proxy_url: file.url, content_type: file.content_type, attachment_id: file.id };
  }
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, resolved(value, attachments, `${at}.${key}`)]),
  );
}
