import type { z } from "zod";
import type { Actor } from "../../access/actor";
import type { Db } from "../../db/client";
import type { Operation } from "../../operations/define";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** What a caller sent, merged: query or body, then the places in the path. */
export type RawInput = Record<string, unknown>;

/** An answer that is not simply the operation's output with the endpoint's status. */
export interface Answer<Body = unknown> {
  status: number;
  body: Body;
  headers?: Record<string, string>;
}

export interface Call {
  actor: Actor;
  db: Db;
  /** Aborted when the caller hangs up. */
  signal: AbortSignal;
}

/** One row of the API: the route handlers, the 405s and OpenAPI all come from it. */
export interface Endpoint {
  /** Key of its texts: `api-docs.operations.<id>`. */
  id: string;
  method: Method;
  /** Below /api/v1: "/deployments/{number}". */
  path: string;
  /** Group in the documentation. */
  tag: "migrations" | "deployments" | "runs" | "projects" | "targets" | "backups" | "schema";
  /** What answers; its permission and input are documented with it. */
  // biome-ignore lint/suspicious/noExplicitAny: operations of every kind stand in one list
  operation: Operation<any, any, any>;
  /** What callers send, where it is not the operation's own input. */
  request?: z.ZodType;
  /** From what callers send to the operation's input; checked against `request` before. */
  input?(raw: RawInput, call: Call): Promise<RawInput> | RawInput;
  /** Does more than one operation; each of them checks and records for itself. */
  respond?(raw: RawInput, call: Call): Promise<Answer>;
  /** Answers with a file of this type and not with JSON. */
  file?: { type: string; send(raw: RawInput, call: Call): Promise<Response> };
  status?: 200 | 201 | 202 | 204;
  /** Makes something: takes an Idempotency-Key. */
  creates?: true;
  /** Largest body in bytes; 1 MiB unless said. */
  maxBytes?: number;
  /** Its body of work is not there yet: 501 with this code, after the sign-in check. */
  missing?: string;
}
