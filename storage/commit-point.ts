/**
 * For tests that kill: called around each COMMIT. Throwing `before` means that the process died before it (all is
 * rolled back), `after` that it died after it (the commit stands, nobody hears of it). From then on the stores
 * reject everything with what was thrown.
 */
export type OnCommitPoint = (when: "before" | "after") => void;
