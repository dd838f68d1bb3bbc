import { DomainError, type FieldError } from "../../errors";
import { logFailure } from "../failure-log";

/** Body of an `application/problem+json` answer (RFC 9457). */
export interface Problem {
  type: "about:blank";
  title: string;
  status: number;
  /** What happened, to what. */
  detail: string;
  /** Stable, for programs. */
  code: string;
  /** What to do about it. */
  hint?: string;
  /** Each field of the input that does not fit. */
  errors?: { field: string; message: string }[];
  details?: Record<string, unknown>;
  /** Of a failure of ours: the id that is in the log. */
  id?: string;
}

const TITLES: Record<number, string> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  412: "Precondition failed",
  413: "Too large",
  415: "Unsupported media type",
  422: "Input not valid",
  429: "Too many requests",
  500: "Internal error",
  501: "Not available yet",
  502: "Target database",
};

/** A refusal that the protocol itself calls for, before any operation. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Record<string, string> = {},
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** Any failure as the answer to its caller; of an unknown one only the id that is in the log. */
export function problemResponse(error: unknown, what: string): Response {
  if (error instanceof HttpRefusal) {
    const { status, code, message: detail, hint, headers } = error;
    return respond({ ...head(status), detail, code, ...(hint ? { hint } : {}) }, headers);
  }
  if (!(error instanceof DomainError)) {
    const id = logFailure(error, what);
    return respond({
      ...head(500),
      detail: `This failed for a reason of ours; it is in the log under ${id}.`,
      code: "internal",
      id,
    });
  }
  const { fields, ...details } = error.details as { fields?: FieldError[] };
  const problem: Problem = {
    ...head(error.status),
    detail: error.message,
    code: error.code,
    ...(error.hint ? { hint: error.hint } : {}),
    ...(fields ? { errors: fields.map(({ field, message }) => ({ field, message })) } : {}),
    ...(Object.keys(details).length > 0 ? { details } : {}),
  };
  return respond(problem, headersOf(error));
}

function head(status: number): Pick<Problem, "type" | "title" | "status"> {
  return { type: "about:blank", title: TITLES[status] ?? "Error", status };
}

function headersOf(error: DomainError): Record<string, string> {
  if (error.status === 401) return { "www-authenticate": 'Bearer realm="dbmigrator"' };
  const wait = error.details.retryAfterSeconds;
  return error.status === 429 && typeof wait === "number" ? { "retry-after": String(Math.ceil(wait)) } : {};
}

function respond(problem: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
  });
}
