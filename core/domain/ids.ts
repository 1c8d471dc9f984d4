/** Branded ids: strings that cannot be mixed up. All are printable ASCII, at most 200 characters. */
type Id<Name extends string> = string & { readonly __id: Name };

export type ProjectId = Id<"Project">;
export type ChatId = Id<"Chat">;
export type MessageId = Id<"Message">;
/** A human being; may hold several accounts. */
export type PersonId = Id<"Person">;
/** Who somebody is on one face: `<face>:<name>`, for example `terminal:ana` or `slack:U024BE7LH`. */
export type AccountId = Id<"Account">;
export type ServiceId = Id<"Service">;
export type RunId = Id<"Run">;
/** One start of one process; a later boot with the same name owns what an earlier one left. */
export type BootId = Id<"Boot">;
/** `<service name> <METHOD> <path template>` for an endpoint, `piloto <name>` for a built-in. */
export type ToolKey = Id<"Tool">;

/** The face an account or chat belongs to: the part before the first colon. */
export function faceOf(id: AccountId | ChatId): string {
  const colon = id.indexOf(":");
  return colon < 0 ? id : id.slice(0, colon);
}

/** The part after the first colon: what a face itself calls the account or chat. */
export function nameOf(id: AccountId | ChatId): string {
  return id.slice(id.indexOf(":") + 1);
}

/** The first eight characters that tell two runs apart at a glance: what people see of a run's id. */
export function shortRunId(runId: RunId): string {
  return runId.slice(-8);
}

/** Names a string that the caller knows to be an id of that kind: read from storage, or made by `IdSource`. */
export const asId = <T extends string>(value: string): T => value as T;
