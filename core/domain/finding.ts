/** One line of the doctor's report. */
export interface Finding {
  readonly what: string;
  readonly state: "ok" | "warn" | "bad";
  /** What was found. */
  readonly found: string;
  /** What to do, unless it is well. */
  readonly todo?: string;
}
