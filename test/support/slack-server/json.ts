/** Whatever JSON an app or Slack may send: read with the little functions below, never trusted. */
export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asJson(value: unknown): Json {
  return isJson(value) ? value : {};
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Form bodies carry "true", JSON bodies carry true. */
export function asFlag(value: unknown): boolean {
  return value === true || value === "true" || value === "1" || value === 1;
}

export function asCount(value: unknown, otherwise: number): number {
  const read = Number(value);
  return value === undefined || Number.isNaN(read) ? otherwise : read;
}
