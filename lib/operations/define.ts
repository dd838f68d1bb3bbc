import type { z } from "zod";
import { requireRole } from "../access/check";
import type { Actor } from "../access/actor";
import type { Permission } from "../access/permissions";
import { type AuditDetails, type AuditOutcome, recordAudit } from "../audit/record";
import { type Db, db, type Tx } from "../db/client";
import { DomainError, validationError } from "../errors";

/** What an operation acts on, read from the stored resource and never from the request. */
export interface Scope {
  projectId: string | null;
  environment?: { id: string; name: string; protected: boolean };
  resource: { type: string; id: string | null; label: string };
}

/**
 * How much of an operation the audit trail holds.
 * `none`: reads of our own store (a denial is recorded all the same).
 * `change`: the event is written in the transaction of the change; no event, no change.
 * `target`: work on another database: an intent is committed before it and an outcome after it, joined by runId.
 */
export type AuditMode = "none" | "change" | "target";

export interface OperationContext<M extends AuditMode> {
  actor: Actor;
  /** `change`: the transaction; else the client. */
  db: M extends "change" ? Tx : Db;
  /** Added to the audit event; never a secret. */
  note(details: AuditDetails): void;
  /** Joins intent and outcome of a `target` operation. */
  runId: string;
  /** Aborted when the one who asked has gone or cancelled; long work on a target stops then. */
  signal: AbortSignal;
  /** Says which part is at work, to whoever waits for it. */
  report(progress: string): void;
}

/** What the transport adds to a long operation: how to stop it and whom to tell how far it is. */
export interface ExecuteOptions {
  signal?: AbortSignal;
  onProgress?: (progress: string) => void;
}

export interface OperationDefinition<S extends z.ZodType, M extends AuditMode, Out> {
  /** "deployment.approve": what audit rows and OpenAPI call it. */
  name: string;
  /** `signed_in`: any person or token; `public`: anybody (sign-in, accepting an invitation); `instance_admin`. */
  permission: Permission | "signed_in" | "public" | "instance_admin";
  input: S;
  audit: M;
  /** @throws DomainError not_found */
  scope(args: { db: Db; input: z.output<S>; actor: Actor }): Promise<Scope> | Scope;
  run(args: { ctx: OperationContext<M>; input: z.output<S>; scope: Scope }): Promise<Out>;
}

export interface Operation<S extends z.ZodType = z.ZodType, M extends AuditMode = AuditMode, Out = unknown>
  extends OperationDefinition<S, M, Out> {
  readonly isOperation: true;
}

/** Every verb of the product is made here; permission, scope and audit are required by type. */
export function defineOperation<S extends z.ZodType, M extends AuditMode, Out>(
  definition: OperationDefinition<S, M, Out>,
): Operation<S, M, Out> {
  return { ...definition, isOperation: true };
}

/** The scope of operations that belong to the instance and not to a project. */
export function instanceScope(type: string, label: string, id: string | null = null): Scope {
  return { projectId: null, resource: { type, id, label } };
}

/**
 * Runs an operation: validate, find the scope, check the permission, run, audit.
 * @throws DomainError validation, unauthenticated, forbidden, not_found and whatever `run` throws
 */
export async function execute<S extends z.ZodType, M extends AuditMode, Out>(
  operation: Operation<S, M, Out>,
  actor: Actor,
  rawInput: unknown,
  options: ExecuteOptions = {},
): Promise<Out> {
  const parsed = operation.input.safeParse(rawInput);
  if (!parsed.success) {
    throw validationError(
      parsed.error.issues.map((issue) => ({ field: issue.path.join(".") || "(input)", message: issue.message })),
    );
  }
  const input = parsed.data;
  const store = db();
  const scope = await operation.scope({ db: store, input, actor });
  const event = { actor, operation: operation.name, scope };
  try {
    await requireRole(store, actor, operation.permission, scope);
  } catch (error) {
    const reason = error instanceof DomainError ? error.code : "unknown";
    await store.$transaction((tx) => recordAudit(tx, { ...event, outcome: "denied", details: { reason } }));
    throw error;
  }

  const runId = crypto.randomUUID();
  const signal = options.signal ?? new AbortController().signal;
  const report = options.onProgress ?? (() => {});
  let details: AuditDetails = {};
  const note = (more: AuditDetails) => {
    details = { ...details, ...more };
  };
  const audit = (outcome: AuditOutcome, more: AuditDetails = {}) => ({
    ...event,
    outcome,
    details: { ...details, ...more },
    ...(operation.audit === "target" ? { runId } : {}),
  });

  if (operation.audit === "none") {
    return operation.run({ ctx: { actor, db: store as never, note, runId, signal, report }, input, scope });
  }
  if (operation.audit === "change") {
    return store.$transaction(
      async (tx) => {
        const output = await operation.run({ ctx: { actor, db: tx as never, note, runId, signal, report }, input, scope });
        await recordAudit(tx, audit("ok"));
        return output;
      },
      { timeout: 30_000, maxWait: 15_000 },
    );
  }
  await store.$transaction((tx) => recordAudit(tx, audit("intent")));
  try {
    const output = await operation.run({ ctx: { actor, db: store as never, note, runId, signal, report }, input, scope });
    await store.$transaction((tx) => recordAudit(tx, audit("ok")));
    return output;
  } catch (error) {
    const code = error instanceof DomainError ? error.code : "internal";
    await store.$transaction((tx) => recordAudit(tx, audit("failed", { error: code })));
    throw error;
  }
}
