/** Secrets, encrypted at rest and bound to their place. Values reach the executor of a call and nothing else. */
export interface Secrets {
  /** `place` says where it belongs: `service:<project>/<service>`. Replaces an earlier value. The audit log says that `by` did it. */
  put(place: string, value: string, by: string): Promise<void>;
  /** @throws PilotoError SECRET_NOT_FOUND | SECRET_UNREADABLE */
  get(place: string): Promise<string>;
  /** `false`, and nothing in the audit log, when there was none. */
  remove(place: string, by: string): Promise<boolean>;
  /** Places only, sorted; never values. */
  list(): Promise<string[]>;
  /** Strikes every known secret value (plain, base64, URL-encoded) out of a text. */
  redact(text: string): string;
}
