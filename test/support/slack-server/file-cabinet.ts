import type { Json } from "./json.ts";
import type { World } from "./world.ts";

export interface SlackFile {
  readonly id: string;
  readonly team: string;
  name: string;
  title: string;
  mimetype: string;
  user: string;
  bytes: Buffer;
  /** Declared before the bytes came. */
  length: number;
  /** Shared into a conversation, so that others can get it. */
  done: boolean;
  createdMs: number;
}

export interface FileCabinet {
  readonly files: Map<string, SlackFile>;
  /** A place to upload to, for files.getUploadURLExternal. */
  expect(team: string, user: string, name: string, length: number): { file: SlackFile; uploadUrl: string };
  /** What the upload URL got; false when nobody expects it. */
  receive(ticket: string, bytes: Buffer): boolean;
  /** A file that a person brings. */
  add(team: string, user: string, file: { name: string; mimetype: string; bytes: Buffer }): SlackFile;
  wire(file: SlackFile): Json;
}

const KEEP_FILES = 500;

export function fileCabinet(world: World): FileCabinet {
  const files = new Map<string, SlackFile>();
  const tickets = new Map<string, string>();

  function put(file: SlackFile): SlackFile {
    files.set(file.id, file);
    if (files.size > KEEP_FILES) files.delete(files.keys().next().value as string);
    return file;
  }

  return {
    files,
    expect(team, user, name, length) {
      const base = { id: world.nextId("F"), team, user, name, title: name, mimetype: mimeOf(name), length };
      const file = put({ ...base, bytes: Buffer.alloc(0), done: false, createdMs: world.nowMs() });
      const ticket = world.nextId("upload-");
      tickets.set(ticket, file.id);
      return { file, uploadUrl: `${world.baseUrl}/upload/v1/${ticket}` };
    },
    receive(ticket, bytes) {
      const file = files.get(tickets.get(ticket) ?? "");
      if (!file) return false;
      tickets.delete(ticket);
      file.bytes = bytes;
      return true;
    },
    add(team, user, { name, mimetype, bytes }) {
      const base = { id: world.nextId("F"), team, user, name, title: name, mimetype, bytes, length: bytes.length };
      return put({ ...base, done: true, createdMs: world.nowMs() });
    },
    wire(file) {
      const url = `${world.baseUrl}/files-pri/${file.team}-${file.id}/${encodeURIComponent(file.name)}`;
      return {
        id: file.id,
        created: Math.floor(file.createdMs / 1000),
        timestamp: Math.floor(file.createdMs / 1000),
        name: file.name,
        title: file.title,
        mimetype: file.mimetype,
        filetype: file.name.split(".").at(-1) ?? "binary",
        user: file.user,
        user_team: file.team,
        size: file.bytes.length,
        mode: "hosted",
        is_external: false,
        file_access: "visible",
        url_private: url,
        url_private_download: `${url}?download=1`,
        permalink: `${world.baseUrl}/permalink/${file.id}`,
      };
    },
  };
}

function mimeOf(name: string): string {
  const known: Record<string, string> = {
    txt: "text/plain",
    log: "text/plain",
    md: "text/markdown",
    json: "application/json",
  };
  return known[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
}
