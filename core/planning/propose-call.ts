import { holderOf } from "../access/holder-of.ts";
import { keepName } from "../access/keep-name.ts";
import { may } from "../access/may.ts";
import { auditEntry } from "../access/record-audit.ts";
import { type AccountId, asId, type ChatId, type MessageId, type ProjectId, type RunId } from "../domain/ids.ts";
import type { Plan } from "../domain/plan.ts";
import type { PlanRun } from "../domain/plan-run.ts";
import type { Project } from "../domain/project.ts";
import type { JsonObject } from "../domain/result.ts";
import type { CorePorts } from "../ports/core-ports.ts";
import type { ReadTx } from "../ports/stores.ts";
import { announceRun } from "../progress/announce.ts";
import type { ToolCatalogue } from "../tools/tool-catalogue.ts";
import { autoConfirm } from "./auto-confirm.ts";
import { checkPlan, type Problem } from "./check-plan.ts";
import { newRun } from "./new-run.ts";
import { rememberPlan } from "./remember-plan.ts";

/** One call that a person wrote down exactly, service, operation and arguments: no model takes part. */
export interface CallRequest {
  /** A chat of its own: a draft that waits in the chat would stay beside it. */
  readonly chatId: ChatId;
  /** Of a new chat, where it is not the default one; a chat that is known keeps its own. */
  readonly projectId?: ProjectId;
  readonly account: AccountId;
  /** The groups of the account that its face vouches for. */
  readonly groups?: readonly AccountId[];
  /** What people call the account now, as `Actor.name`. */
  readonly name?: string;
  readonly service: string;
  /** `PUT /parts/{id}/stock`, or a built-in's name. */
  readonly operation: string;
  readonly args: JsonObject;
}

export type CallProposed =
  | { readonly kind: "drafted"; readonly run: PlanRun; readonly isQueued: boolean }
  | { readonly kind: "not-allowed" }
  /** What is wrong with it. */
  | { readonly kind: "problems"; readonly problems: readonly Problem[] };

export type CallDeps = Pick<CorePorts, "stores" | "clock" | "ids" | "language"> & { readonly tools: ToolCatalogue };

/**
 * Makes a plan of one step from a call that a person wrote, checked like any other plan, and saves it as a draft in
 * one transaction. A person still confirms it. Each call of this function makes another draft.
 */
export async function proposeCall(request: CallRequest, deps: CallDeps): Promise<CallProposed> {
  const { service, operation, args } = request;
  const project = await deps.stores.read((tx) => projectOf(tx, request));
  if (!project) return refuse(request, deps);
  await keepName(request, deps);
  const goal = `${service} ${operation}`;
  const against = { project, tools: deps.tools, words: JSON.stringify(args), goal };
  const checked = await checkPlan({ goal, steps: [{ service, operation, args }] }, against);
  if (checked.kind === "problems") return checked;
  return saveCall(request, checked.plan, deps);
}

/** The chat's project, when who asks may propose in it. */
async function projectOf(tx: ReadTx, request: CallRequest): Promise<Project | undefined> {
  const { chatId, account, groups } = request;
  const id = (await tx.chats.get(chatId))?.projectId ?? request.projectId;
  const project = id && (await tx.projects.get(id));
  if (!project) return undefined;
  return may(await holderOf(tx, { account, groups }), "propose", project) ? project : undefined;
}

/** A no is on the record, as it is for words in a chat. */
async function refuse(
  { account, projectId, service, operation }: CallRequest,
  { stores, clock }: CallDeps,
): Promise<CallProposed> {
  const detail = { wanted: "propose", call: `${service} ${operation}`.slice(0, 200) };
  const entry = auditEntry(
    account,
    "refuse-request",
    `project:${projectId ?? ""}`.slice(0, 200),
    clock.nowMs(),
    detail,
  );
  await stores.atomically((tx) => tx.audit.append(entry));
  return { kind: "not-allowed" };
}

function saveCall(
  request: CallRequest,
  plan: Plan,
  { stores, clock, ids, language = "en" }: CallDeps,
): Promise<CallProposed> {
  const runId = asId<RunId>(ids.next());
  const noteId = asId<MessageId>(ids.next());
  return stores.atomically(async (tx) => {
    const { account, chatId } = request;
    const atMs = clock.nowMs();
    const project = await projectOf(tx, request);
    if (!project) return { kind: "not-allowed" };
    await tx.chats.ensure({ id: chatId, projectId: project.id, language, atMs });
    const run = newRun(runId, { chatId, project, plan, by: account }, atMs);
    await tx.runs.create(run);
    await tx.chats.set(chatId, { pendingRunId: runId });
    await rememberPlan(tx, run, noteId, atMs);
    const detail = { revision: 1, planHash: run.planHash, steps: 1, model: "" };
    await tx.audit.append(auditEntry(account, "propose-plan", runId, atMs, detail));
    await announceRun(tx, run, atMs);
    return { kind: "drafted", run, isQueued: await autoConfirm(tx, run, atMs, request.groups) };
  });
}
