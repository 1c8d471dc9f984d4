import { FLAGS, TYPES } from "./limits.ts";

/** One message for Discord: always of components, so that one marker, one limit and no link preview hold for all. */
export interface MessageBody {
  readonly flags: number;
  readonly components: readonly Component[];
  readonly allowed_mentions: typeof NOBODY;
  /** Files that stay or come; a message that is edited loses all others. */
  readonly attachments: readonly { readonly id: string; readonly filename: string }[];
}

/** A component as Discord takes it. `id` is ours: it marks a message so that it can be found again. */
export interface Component {
  readonly type: number;
  readonly id?: number;
  readonly components?: readonly Component[];
  readonly [field: string]: unknown;
}

export interface BodyFile {
  readonly name: string;
  readonly contentType: string;
  readonly data: Buffer;
}

export interface Drawn {
  readonly body: MessageBody;
  readonly files: readonly BodyFile[];
}

/** Nobody is ever notified by anything that Piloto shows. */
export const NOBODY = { parse: [] as string[], replied_user: false };

/** Puts the parts of a message together. */
export function messageOf(components: readonly Component[], files: readonly BodyFile[] = []): Drawn {
  const attachments = files.map(({ name }, id) => ({ id: String(id), filename: name }));
  return { body: { flags: FLAGS.componentsV2, components, allowed_mentions: NOBODY, attachments }, files };
}

export const textDisplay = (content: string): Component => ({ type: TYPES.text, content });
export const separator = (): Component => ({ type: TYPES.separator, divider: true, spacing: 1 });
export const fileOf = ({ name }: BodyFile): Component => ({ type: TYPES.file, file: { url: `attachment://${name}` } });

/** The body with a number on its first component, by which a later process finds the message. */
export function marked({ body, files }: Drawn, marker: number): Drawn {
  const [first, ...rest] = body.components;
  return { body: { ...body, components: first ? [{ ...first, id: marker }, ...rest] : [] }, files };
}
