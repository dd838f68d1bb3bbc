/** How a failure is answered: HTTP status and CLI exit code, for every kind in one table. */
export const ERROR_KINDS = {
  validation: { status: 422, exit: 3 },
  unauthenticated: { status: 401, exit: 1 },
  forbidden: { status: 403, exit: 1 },
  not_found: { status: 404, exit: 1 },
  conflict: { status: 409, exit: 1 },
  precondition: { status: 412, exit: 1 },
  rate_limited: { status: 429, exit: 1 },
  /** The target database (not ours) refused, is away, or is not fit. */
  target: { status: 502, exit: 1 },
  lock_timeout: { status: 409, exit: 4 },
} as const;

export type ErrorKind = keyof typeof ERROR_KINDS;

export interface DomainErrorOptions {
  /**
   * Values for the translated message (`errors.<code>` in messages/) and for programs. Never a secret. Where the message
   * holds another failure's words as `message`, `because` is the code of that one, and its values stand beside.
   */
  details?: Record<string, unknown>;
  /** What the reader can do now, one sentence. */
  hint?: string;
  cause?: unknown;
}

/**
 * A failure that the caller is told about as it is. Everything else is answered with a generic message and an
 * id that is in the log.
 */
export class DomainError extends Error {
  override readonly name = "DomainError";
  readonly details: Record<string, unknown>;
  readonly hint: string | undefined;

  /**
   * @param kind row of ERROR_KINDS
   * @param code stable, dotted, in snake case: `target.password_refused`; key of the translation `errors.<code>`
   * @param message the English sentence: what happened, to what
   */
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    options: DomainErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details ?? {};
    this.hint = options.hint;
  }

  get status(): number {
    return ERROR_KINDS[this.kind].status;
  }

  get exitCode(): number {
    return ERROR_KINDS[this.kind].exit;
  }
}

/** A failure kept as data, to be told later in the reader's language. */
export interface KeptFailure {
  code: string;
  message: string;
  hint?: string;
  /** Values for the translated message; older ones have none. */
  details?: Record<string, string | number>;
}

export function keepFailure({ code, message, hint, details }: DomainError): KeptFailure {
  const values: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(details)) {
    if (typeof value === "string" || typeof value === "number") values[key] = value;
  }
  return { code, message, ...(hint === undefined ? {} : { hint }), details: values };
}

export interface FieldError {
  /** Dotted path of the field in the input. */
  field: string;
  message: string;
  /** What the rule was, for putting it into the reader's language: "too_small.string" and its figures. */
  issue?: { key: string; values: Record<string, string | number> };
}

/** Input that does not fit its schema; `fields` names each place. */
export function validationError(fields: FieldError[]): DomainError {
  const first = fields[0];
  return new DomainError(
    "validation",
    "input.invalid",
    first ? `${first.field}: ${first.message}` : "The input is not valid.",
    { details: { fields } },
  );
}
