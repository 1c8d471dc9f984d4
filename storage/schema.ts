import type { Generated } from "kysely";

/**
 * Every table, once, for SQLite and PostgreSQL. Ids are text, times are milliseconds since 1970 (bigint on
 * PostgreSQL), JSON is text, booleans are 0 or 1. Nothing that a person or a run did is ever deleted.
 */
export interface Database {
  settings: { key: string; value: string };
  projects: ProjectRow;
  people: { id: string; name: string };
  accounts: { account: string; person_id: string };
  chats: ChatRow;
  messages: MessageRow;
  runs: RunRow;
  run_revisions: RevisionRow;
  steps: StepRow;
  attempts: AttemptRow;
  votes: VoteRow;
  queue: QueueRow;
  boots: BootRow;
  outbox_cards: OutboxCardRow;
  outbox_says: OutboxSayRow;
  services: ServiceRow;
  service_documents: { service_id: string; document: string };
  service_versions: { project_id: string; version: number };
  endpoints: EndpointRow;
  audit: AuditRow;
  secrets: { place: string; sealed: string; key_id: string; at_ms: number };
  face_notes: { face: string; key: string; at_ms: number; value: string };
  files: FileRow;
  file_contents: { file_id: string; content: Uint8Array };
  link_codes: { account: string; hash: string; expires_at_ms: number };
  call_counts: { project_id: string; hour: number; calls: number };
}

export interface ProjectRow {
  id: string;
  name: string;
  /** JSON: ProjectAccess. */
  access: string;
  /** JSON: ProjectLimits. */
  limits: string;
  /** Copied out of `limits`, because claims compare it. */
  runs_at_once: number;
  model: string | null;
  reads_need_no_confirmation: number;
  draft_life_ms: number;
}

export interface ChatRow {
  id: string;
  project_id: string;
  language: string;
  created_at_ms: number;
  pending_run_id: string | null;
  active_run_id: string | null;
  last_run_id: string | null;
  turn_owner: string | null;
  turn_until_ms: number | null;
}

export interface MessageRow {
  /** The order of arrival; what cursors hold. */
  seq: Generated<number>;
  id: string;
  chat_id: string;
  /** Keys are unique on a face, not over faces. */
  face: string;
  key: string;
  origin: string;
  account: string | null;
  text: string;
  at_ms: number;
  handled_at_ms: number | null;
  /** JSON: the groups of the account when it said this. */
  account_groups: string | null;
}

/** Small on purpose: claims and fences rewrite it. The plan lies in `run_revisions`. */
export interface RunRow {
  id: string;
  /** The id backwards, so that finding by its end is a range of an index. */
  id_reversed: string;
  chat_id: string;
  project_id: string;
  state: string;
  revision: number;
  plan_hash: string;
  requested_by: string;
  proposed_at_ms: number;
  expires_at_ms: number;
  decided_by: string | null;
  decided_at_ms: number | null;
  cancel_requested_by: string | null;
  cancel_requested_at_ms: number | null;
  started_at_ms: number | null;
  finished_at_ms: number | null;
  superseded_by: string | null;
  reason: string | null;
  edit_note: string | null;
  fence: number;
}

interface RevisionRow {
  run_id: string;
  revision: number;
  plan_hash: string;
  by_account: string;
  at_ms: number;
  /** JSON: Plan. */
  plan: string;
}

/** A step with its present attempt: one row is all that a step's begin and end rewrite. */
export interface StepRow {
  run_id: string;
  number: number;
  state: string;
  attempt: number;
  /** Of the present attempt. */
  fence: number;
  started_at_ms: number | null;
  finished_at_ms: number | null;
  /** A step that is to be tried again has not finished, but its attempt has. */
  attempt_finished_at_ms: number | null;
  outcome: string | null;
  error_code: string | null;
  finished_after_cancel: number;
  /** Keeps the place that what came of the step will need, so that ending it does not split pages. Never read. */
  room: string | null;
  request: string | null;
  summary: string | null;
  /** JSON: StepResult. Last, because it can be megabytes and most readers stop before it. */
  result: string | null;
}

/** Attempts that another one followed. */
interface AttemptRow {
  run_id: string;
  number: number;
  attempt: number;
  fence: number;
  started_at_ms: number;
  finished_at_ms: number | null;
  outcome: string | null;
  summary: string | null;
  result: string | null;
}

interface VoteRow {
  seq: Generated<number>;
  run_id: string;
  revision: number;
  plan_hash: string;
  by_account: string;
  action: string;
  counted: number;
  at_ms: number;
  /** JSON: the groups of the account at that moment. */
  account_groups: string | null;
}

export interface QueueRow {
  run_id: string;
  project_id: string;
  chat_id: string;
  priority: number;
  enqueued_at_ms: number;
  available_at_ms: number;
  /** The boot that holds it; null while it waits. */
  owner: string | null;
  lease_until_ms: number | null;
  /** The fence of the last claim. */
  fence: number;
}

interface BootRow {
  id: string;
  process_name: string;
  at_ms: number;
  /** A newer boot has the name: this one may claim and take nothing more. */
  is_superseded: number;
}

export interface OutboxCardRow {
  run_id: string;
  chat_id: string;
  face: string;
  version: number;
  delivered_version: number;
  /** When to show `version`; null when it is shown, or given up. */
  due_at_ms: number | null;
  not_before_ms: number;
  ref: string | null;
  tries: number;
  last_error: string | null;
  gave_up: string | null;
  claimed_by: string | null;
  claimed_until_ms: number | null;
  /** It was claimed and not recorded since: the platform may have it. */
  may_be_there: Generated<number>;
}

export interface OutboxSayRow {
  id: Generated<number>;
  chat_id: string;
  face: string;
  key: string;
  /** JSON: Say. */
  say: string;
  at_ms: number;
  /** Null when it was told, or given up. */
  due_at_ms: number | null;
  ref: string | null;
  delivered_at_ms: number | null;
  tries: number;
  last_error: string | null;
  gave_up: string | null;
  claimed_by: string | null;
  claimed_until_ms: number | null;
  may_be_there: Generated<number>;
}

/** A file of a message; its content lies apart, so that lists do not read it. */
export interface FileRow {
  seq: Generated<number>;
  id: string;
  message_id: string;
  name: string;
  media_type: string;
  bytes: number;
  sha256: string;
  at_ms: number;
}

export interface ServiceRow {
  id: string;
  project_id: string;
  name: string;
  title: string;
  base_url: string;
  source: string;
  document_hash: string;
  openapi_version: string;
  added_at_ms: number;
  refreshed_at_ms: number;
  is_offline: number;
  /** JSON: ServiceAuth. */
  auth: string | null;
}

export interface EndpointRow {
  service_id: string;
  /** As the document lists them. */
  position: number;
  key: string;
  project_id: string;
  service: string;
  operation: string;
  summary: string;
  params: string;
  returns: string | null;
  hash: string;
  risk: string;
  replay: string;
  is_allowed: number;
  is_changed: number;
  method: string;
  path_template: string;
  operation_id: string | null;
  body_type: string | null;
  /** JSON Schema. Last, because lists do not read it. */
  args_schema: string;
}

export interface AuditRow {
  /** The primary key: two entries after the same one cannot both stand. */
  seq: number;
  at_ms: number;
  by_account: string;
  did: string;
  target: string;
  /** JSON. */
  detail: string;
  prev_hash: string;
  hash: string;
}
