import type { z } from "zod";
import type { Actor } from "../access/actor";
import { type GeneralPermission, requireKnown, requireRole } from "../access/check";
import type { Permission } from "../access/permissions";
import { countAttempt, type Limit } from "../access/rate-limit";
import { openIntent } from "../audit/intents";
import { type AuditDetails, type AuditOutcome, recordAudit } from "../audit/record";
import { type Db, db, type Tx } from "../db/client";
import { Prisma } from "../db/generated/client";
import { DomainError, type FieldError, validationError } from "../errors";

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
  permission: Permission | GeneralPermission;
  input: S;
  audit: M;
  /** @throws DomainError not_found */
  scope(args: { db: Db; input: z.output<S>; actor: Actor }): Promise<Scope> | Scope;
  /** What the intent, and a denial, already tell of the request; never a secret. */
  intent?(input: z.output<S>): AuditDetails;
  /**
   * What must not hold the transaction open (hashing, asking another server), or must outlive a refusal (counters).
   * Runs after the permission check and before the transaction.
   */
  prepare?(args: { db: Db; input: z.output<S>; scope: Scope; actor: Actor }): Promise<Prepared>;
  run(args: { ctx: OperationContext<M>; input: z.output<S>; scope: Scope; prepared: Prepared }): Promise<Out>;
  /** `target`: whether what it answers is a failure, as where that is part of the answer; the trail says so. */
  failed?(output: Out): boolean;
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
      issue: ruleOf(issue),
    })),
  );
}

/** Zod's issue as a key and figures for translation. */
function ruleOf(issue: z.core.$ZodIssue): NonNullable<FieldError["issue"]> {
  switch (issue.code) {
    case "too_small":
      return { key: `too_small.${issue.origin}`, values: { minimum: Number(issue.minimum) } };
    case "too_big":
      return { key: `too_big.${issue.origin}`, values: { maximum: Number(issue.maximum) } };
    case "invalid_format":
      return { key: `invalid_format.${issue.format}`, values: {} };
    default:
      return { key: issue.code, values: {} };
  }
}

/** PostgreSQL keeps no such text (22021) and Prisma sends no such number. */
const UNSTORABLE = /Code: `22021`|Value out of range for the type/;

/** Two writers of one row met, or a unique name was taken in between: the caller's answer, not a fault. */
function translateStoreError(error: unknown): unknown {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return error;
  if (UNSTORABLE.test(error.message)) {
    const message = "A text has a null byte, or a number is too large.";
    const details = { fields: [{ field: "(input)", message }] };
    return new DomainError("validation", "input.unstorable", message, { details, cause: error });
  }
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
  const store = db();
  await orDenied(startCall(operation, actor, unknownPlace(operation.name), options), () =>
    requireKnown(actor, operation.permission),
  );
  const input = parseInput(operation.input, rawInput);
  const scope = await findScope(() => operation.scope({ db: store, input, actor }));
  const call = startCall(operation, actor, scope, options);
  if (operation.intent) call.note(operation.intent(input));
  await orDenied(call, () => requireRole(store, actor, operation.permission, scope));
  try {
    const prepared = await operation.prepare?.({ db: store, input, scope, actor });
    const run = (client: Db | Tx) => operation.run({ ctx: call.context(client), input, scope, prepared });
    if (operation.audit === "none") return await run(store);
    return await (operation.audit === "change"
      ? runChange(call, run)
      : runOnTarget(call, run, operation.failed));
  } catch (thrown) {
    const error = translateStoreError(thrown);
    // Done but not written down: the intent stays open and is settled as in doubt, which is what it is.
    if (operation.audit !== "none" && !call.isDone()) await call.refuse(...refusalOf(error));
    throw error;
  } finally {
    await call.end();
  }
}

async function findScope(find: () => Promise<Scope> | Scope): Promise<Scope> {
  try {
    return await find();
  } catch (error) {
    throw translateStoreError(error);
  }
}

type Call = ReturnType<typeof startCall>;

/** A refusal gets a row of its own. */
async function orDenied(call: Call, check: () => void | Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    await call.refuse("denied", { reason: codeOf(error) });
    throw error;
  }
}

/** Rows that somebody without an account may add to the trail, by address: nobody fills the store from outside. */
const STRANGER_LIMIT: Limit = { name: "audit.stranger", max: 100, windowSeconds: 15 * 60 };

async function mayAddRow(actor: Actor): Promise<boolean> {
  if (actor.kind !== "anonymous") return true;
  try {
    await countAttempt(db(), STRANGER_LIMIT, actor.ip ?? "unknown");
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.kind === "rate_limited") return false;
    throw error;
  }
}

/** For a refusal before anything was looked up: the entity of the operation's name. */
function unknownPlace(operation: string): Scope {
  return instanceScope(operation.split(".")[0] ?? operation, "");
}

/** What one call of an operation carries along: its audit event, its notes, its run id. */
function startCall(operation: Operation, actor: Actor, scope: Scope, options: ExecuteOptions) {
  const runId = crypto.randomUUID();
  const signal = options.signal ?? new AbortController().signal;
  const report = options.onProgress ?? (() => {});
  let noted: AuditDetails = {};
  const note = (more: AuditDetails) => {
    noted = { ...noted, ...more };
  };
  const record = (tx: Tx, outcome: AuditOutcome, more: AuditDetails = {}) =>
    recordAudit(tx, {
      actor,
      operation: operation.name,
      scope,
      outcome,
      details: { ...noted, ...more },
      ...(operation.audit === "target" ? { runId } : {}),
    });
  let intent: Awaited<ReturnType<typeof openIntent>> | undefined;
  let done = false;
  let written = false;
  return {
    record,
    note,
    isDone: () => done,
    context: (client: Db | Tx) => ({ actor, db: client as never, note, runId, signal, report }),
    async write(outcome: AuditOutcome, more?: AuditDetails) {
      if (outcome === "ok") done = true;
      await db().$transaction((tx) => record(tx, outcome, more), TRANSACTION);
      written = outcome !== "intent";
    },
    /** A refusal or a failure; a stranger's only as long as they are few. */
    async refuse(outcome: "denied" | "failed", more: AuditDetails) {
      if (await mayAddRow(actor)) await this.write(outcome, more);
    },
    async begin() {
      intent = await openIntent(db(), runId);
      await this.write("intent");
    },
    end: async () => intent?.end(written),
  };
}

/** No event, no change: both are in one transaction. */
async function runChange<Out>(call: Call, run: (tx: Tx) => Promise<Out>): Promise<Out> {
  return db().$transaction(async (tx) => {
    const output = await run(tx);
    await call.record(tx, "ok");
    return output;
  }, TRANSACTION);
}

/** No work on another database without an intent that says so, even when this process dies in the middle. */
async function runOnTarget<Out>(
  call: Call,
  run: (store: Db) => Promise<Out>,
  failed: (output: Out) => boolean = () => false,
): Promise<Out> {
  await call.begin();
  const output = await run(db());
  await call.write(failed(output) ? "failed" : "ok");
  return output;
}

const TRANSACTION = { timeout: 30_000, maxWait: 15_000 };

/** What only the operation itself could see to be forbidden (one's own deployment, say) is a denial like any other. */
function refusalOf(error: unknown): ["denied" | "failed", AuditDetails] {
  const denied = error instanceof DomainError && error.kind === "forbidden";
  return denied ? ["denied", { reason: error.code }] : ["failed", { error: codeOf(error) }];
}

function codeOf(error: unknown): string {
  return error instanceof DomainError ? error.code : "internal";
}
