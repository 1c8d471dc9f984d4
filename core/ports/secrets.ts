/** Secrets, encrypted at rest and bound to their place. Values reach the executor of a call and nothing else. */
export interface Secrets {
  /** `place` says where it belongs: `service:<project>/<service>`. Replaces an earlier value. */
  put(place: string, value: string): Promise<void>;
  /** @throws PilotoError SECRET_NOT_FOUND | SECRET_UNREADABLE */
  get(place: string): Promise<string>;
  remove(place: string): Promise<boolean>;
  /** Places only, sorted; never values. */
  list(): Promise<string[]>;
  /** Strikes every known secret value (plain, base64, URL-encoded) out of a text. */
  redact(text: string): string;
}
