import type { z } from "zod";
import type { Actor } from "../access/actor";
import { requireRole } from "../access/check";
import type { Permission } from "../access/permissions";
import { type AuditDetails, type AuditOutcome, recordAudit } from "../audit/record";
import { type Db, db, type Tx } from "../db/client";
import { Prisma } from "../db/generated/client";
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

export interface OperationDefinition<S extends z.ZodType, M extends AuditMode, Out, Prepared = undefined> {
  /** "deployment.approve": what audit rows and OpenAPI call it. */
  name: string;
  /** `signed_in`: any person or token; `public`: anybody (sign-in, accepting an invitation); `instance_admin`. */
  permission: Permission | "signed_in" | "public" | "instance_admin";
  input: S;
  audit: M;
  /** @throws DomainError not_found */
  scope(args: { db: Db; input: z.output<S>; actor: Actor }): Promise<Scope> | Scope;
  /**
   * What must not hold the transaction open (hashing, asking another server), or must outlive a refusal (counters).
   * Runs after the permission check and before the transaction.
   */
  prepare?(args: { db: Db; input: z.output<S>; scope: Scope; actor: Actor }): Promise<Prepared>;
  run(args: { ctx: OperationContext<M>; input: z.output<S>; scope: Scope; prepared: Prepared }): Promise<Out>;
}

export interface Operation<S extends z.ZodType = z.ZodType, M extends AuditMode = AuditMode, Out = unknown>
  // biome-ignore lint/suspicious/noExplicitAny: only the operation itself knows what it prepares
  extends OperationDefinition<S, M, Out, any> {
  readonly isOperation: true;
}

/** Every verb of the product is made here; permission, scope and audit are required by type. */
export function defineOperation<S extends z.ZodType, M extends AuditMode, Out, Prepared = undefined>(
  definition: OperationDefinition<S, M, Out, Prepared>,
): Operation<S, M, Out> {
  return { ...definition, isOperation: true };
}

/** The scope of operations that belong to the instance and not to a project. */
export function instanceScope(type: string, label: string, id: string | null = null): Scope {
  return { projectId: null, resource: { type, id, label } };
}

/** Input as the operation's schema reads it. @throws DomainError validation, naming each field */
function parseInput<S extends z.ZodType>(schema: S, rawInput: unknown): z.output<S> {
  const parsed = schema.safeParse(rawInput);
  if (parsed.success) return parsed.data;
  throw validationError(
    parsed.error.issues.map((issue) => ({
      field: issue.path.join(".") || "(input)",
      message: issue.message,
    })),
  );
}

/** Two writers of one row met, or a unique name was taken in between: the caller's answer, not a fault. */
function translateStoreError(error: unknown): unknown {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return error;
  if (error.code === "P2002") {
    return new DomainError("conflict", "store.taken", "There is already one with this name.", {
      cause: error,
    });
  }
  if (error.code === "P2025" || error.code === "P2003") {
    return new DomainError("conflict", "store.gone", "It was changed or deleted in the meantime.", {
      cause: error,
      hint: "Load it again.",
    });
  }
  return error;
}

/**
 * Runs an operation: validate, find the scope, check the permission, prepare, run, audit.
 * @throws DomainError validation, unauthenticated, forbidden, not_found and whatever the operation throws
 */
export async function execute<S extends z.ZodType, M extends AuditMode, Out>(
  operation: Operation<S, M, Out>,
  actor: Actor,
  rawInput: unknown,
  options: ExecuteOptions = {},
): Promise<Out> {
  const input = parseInput(operation.input, rawInput);
  const store = db();
  const scope = await operation.scope({ db: store, input, actor });
  const runId = crypto.randomUUID();
  let noted: AuditDetails = {};
  const note = (more: AuditDetails) => {
    noted = { ...noted, ...more };
  };
  const event = (outcome: AuditOutcome, more: AuditDetails = {}) => ({
    actor,
    operation: operation.name,
    scope,
    outcome,
    details: { ...noted, ...more },
    ...(operation.audit === "target" ? { runId } : {}),
  });
  const write = (outcome: AuditOutcome, more?: AuditDetails) =>
    store.$transaction((tx) => recordAudit(tx, event(outcome, more)), AUDIT_TRANSACTION);

  try {
    await requireRole(store, actor, operation.permission, scope);
  } catch (error) {
    await write("denied", { reason: codeOf(error) });
    throw error;
  }

  const signal = options.signal ?? new AbortController().signal;
  const report = options.onProgress ?? (() => {});
  const context = (client: Db | Tx) => ({ actor, db: client as never, note, runId, signal, report });
  try {
    const prepared = await operation.prepare?.({ db: store, input, scope, actor });
    if (operation.audit === "none") {
      return await operation.run({ ctx: context(store), input, scope, prepared });
    }
    if (operation.audit === "change") {
      return await store.$transaction(async (tx) => {
        const output = await operation.run({ ctx: context(tx), input, scope, prepared });
        await recordAudit(tx, event("ok"));
        return output;
      }, CHANGE_TRANSACTION);
    }
    await write("intent");
    const output = await operation.run({ ctx: context(store), input, scope, prepared });
    await write("ok");
    return output;
  } catch (thrown) {
    const error = translateStoreError(thrown);
    if (operation.audit !== "none") await write("failed", { error: codeOf(error) });
    throw error;
  }
}

const AUDIT_TRANSACTION = { timeout: 30_000, maxWait: 15_000 };
const CHANGE_TRANSACTION = { timeout: 30_000, maxWait: 15_000 };

function codeOf(error: unknown): string {
  return error instanceof DomainError ? error.code : "internal";
}
