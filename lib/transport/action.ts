import { headers } from "next/headers";
import { notFound, redirect, unstable_rethrow } from "next/navigation";
import { getTranslations } from "next-intl/server";
import type { z } from "zod";
import { requireCan } from "../access/check";
import type { Permission } from "../access/permissions";
import type { Role } from "../access/roles";
import { readSentence, type SentenceKey } from "../core/sentences";
import { DomainError, type FieldError } from "../errors";
import { type AuditMode, execute, type Operation } from "../operations/define";
import { getFrame } from "../operations/frame/get";
import { DIGEST_PREFIX } from "./digest";
import { logFailure } from "./failure-log";
import { currentActor } from "./session";
import { hintKey, textKey } from "./text-key";

export interface ActionError {
  /** `errors.<code>` in messages; "internal" for what is not ours to explain. */
  code: string;
  /** In the reader's language. */
  message: string;
  hint?: string;
  fields?: FieldError[];
  details: Record<string, unknown>;
}

export type ActionResult<T> = { ok: true; data: T } | { ok: false; error: ActionError };

/** An operation behind a server action: what it returns, or the error as data for the form or a toast. */
export async function runAction<S extends z.ZodType, M extends AuditMode, Out>(
  operation: Operation<S, M, Out>,
  input: z.input<S>,
): Promise<ActionResult<Out>> {
  try {
    return { ok: true, data: await execute(operation, await currentActor(), input) };
  } catch (error) {
    unstable_rethrow(error);
    return { ok: false, error: await describeError(error, operation.name) };
  }
}

/**
 * An operation behind a server component. Nobody signed in: to the sign-in page; nothing there: the not-found
 * page; no right: thrown, with what the error page shows in its digest (all that reaches the browser).
 */
export async function runForPage<S extends z.ZodType, M extends AuditMode, Out>(
  operation: Operation<S, M, Out>,
  input: z.input<S>,
): Promise<Out> {
  const actor = await currentActor();
  // A visitor who has yet to sign in is no refusal worth a row of the trail.
  if (actor.kind === "anonymous" && operation.permission !== "public") redirect(await signInPath());
  try {
    return await execute(operation, actor, input);
  } catch (error) {
    unstable_rethrow(error);
    return failPage(error, operation.name);
  }
}

/**
 * A page that is only a form: who may not send it is told so, instead of filling it in first.
 * @returns the role in the project
 */
export async function requireForPage(project: string, permission: Permission): Promise<Role> {
  const { role } = await runForPage(getFrame, { project });
  try {
    requireCan(role, permission);
    return role;
  } catch (error) {
    return failPage(error, permission);
  }
}

async function failPage(error: unknown, what: string): Promise<never> {
  if (!(error instanceof DomainError)) throw error;
  if (error.kind === "unauthenticated") redirect(await signInPath());
  if (error.kind === "not_found") notFound();
  throw Object.assign(error, {
    digest: DIGEST_PREFIX + JSON.stringify(await describeError(error, what)),
  });
}

/** Sign-in, and back to the page that was asked for (proxy.ts says which). */
export async function signInPath(): Promise<string> {
  const path = (await headers()).get(PATH_HEADER);
  return path && path !== "/" ? `/sign-in?to=${encodeURIComponent(path)}` : "/sign-in";
}

/** Request header in which proxy.ts hands on the page's path and query. */
export const PATH_HEADER = "x-dbmigrator-path";

/** The error in the reader's language; of an unknown one only an id that is in the log. */
export async function describeError(error: unknown, what: string): Promise<ActionError> {
  const t = await getTranslations("errors");
  if (!(error instanceof DomainError)) {
    const id = logFailure(error, what);
    return { code: "internal", message: t("internal", { id }), details: { id } };
  }
  const own = ownWords(await getTranslations("sentences"));
  const values = primitives(error.details, own);
  const say = (key: string, fallback: string, more: Record<string, string | number> = values) =>
    t.has(key) ? safely(() => whole(t(key, more), key), own(fallback)) : own(fallback);
  const { because, message: inner } = values;
  if (because !== undefined) values.message = say(String(because), String(inner));
  const given = Array.isArray(error.details.fields) ? (error.details.fields as FieldError[]) : undefined;
  const fields = given?.map(({ field, message, issue }) => ({
    field,
    message:
      say(`text.${textKey(message)}`, "") ||
      (issue ? say(`issue.${issue.key}`, message, issue.values) : message),
  }));
  const hint = error.hint === undefined ? undefined : say(hintKey(error.code, because, t.has), error.hint);
  return {
    code: error.code,
    message:
      fields?.[0] && error.code === "input.invalid" ? fields[0].message : say(error.code, error.message),
    ...(hint ? { hint } : {}),
    ...(fields ? { fields } : {}),
    details: JSON.parse(JSON.stringify(error.details)) as Record<string, unknown>,
  };
}

interface StoredFailure {
  code: string;
  message: string;
  hint?: string;
  details?: Record<string, unknown>;
}

/** A failure that was kept as data, in the reader's language. */
export async function describeFailure<T extends StoredFailure>(failure: T): Promise<T> {
  const { code, message, hint, details = {} } = failure;
  const error = new DomainError("target", code, message, { details, ...(hint ? { hint } : {}) });
  const said = await describeError(error, code);
  return { ...failure, message: said.message, ...(said.hint === undefined ? {} : { hint: said.hint }) };
}

/** @throws when a value was missing, as in failures that an older program kept: next-intl then says the key */
function whole(text: string, key: string): string {
  if (text === `errors.${key}`) throw new Error("A value is missing.");
  return text;
}

function safely(say: () => string, fallback: string): string {
  try {
    return say();
  } catch {
    return fallback;
  }
}

function primitives(
  details: Record<string, unknown>,
  own: (text: string) => string,
): Record<string, string | number> {
  const values: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(details)) {
    if (typeof value === "string") values[key] = own(value);
    else if (typeof value === "number") values[key] = value;
  }
  return values;
}

/** Why a script is refused travels as a sentence of ours; what PostgreSQL says stays as it is. */
function ownWords(t: (key: SentenceKey, values: Record<string, string>) => string): (text: string) => string {
  return (text) => {
    const found = readSentence(text);
    return found ? t(found.key, found.values) : text;
  };
}
