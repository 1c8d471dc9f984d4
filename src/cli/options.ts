/** What every command may be given. */
export interface CommonOptions {
  readonly json?: boolean;
  /** Project id; the default project when absent. */
  readonly project?: string;
  /** Account that acts; `terminal:<user of the operating system>` when absent. */
  readonly as?: string;
}
