import type { z } from "zod";
import { type AuditMode, execute, type Operation } from "../operations/define";
import { describeError } from "./action";
import { readText } from "./read-body";
import { isSameOrigin } from "./same-origin";
import { currentActor } from "./session";

/** Bytes of a request's body: two scripts and what JSON adds to them. */
const LONGEST = 40 * 1024 * 1024;

/**
 * A long operation behind a route handler of a page: progress and result as lines of JSON, and whoever hangs up
 * cancels it. Only pages of our own origin may ask: the session's cookie alone would let other sites do so.
 */
export async function answerStream<S extends z.ZodType, M extends AuditMode, Out>(
  request: Request,
  operation: Operation<S, M, Out>,
  toInput: (body: Record<string, unknown>) => unknown,
): Promise<Response> {
  if (!isSameOrigin(request)) return new Response(null, { status: 403 });
  const actor = await currentActor();
  // A stranger's body is not read; the refusal is the operation's.
  const body = actor.kind === "anonymous" ? {} : await readBody(request);
  if (!body) return new Response(null, { status: 400 });
  const cancel = new AbortController();
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const say = (line: object) => {
        if (!cancel.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      try {
        const result = await execute(operation, actor, toInput(body), {
          signal: cancel.signal,
          onProgress: (progress) =>
            say({ type: "progress", progress: parse(progress) ?? { text: progress } }),
        });
        say({ type: "result", result });
      } catch (error) {
        // Nobody reads the error of what was cancelled, and an abort is no fault to log.
        if (!cancel.signal.aborted) say({ type: "error", error: await describeError(error, operation.name) });
      }
      if (!cancel.signal.aborted) controller.close();
    },
    cancel() {
      cancel.abort();
    },
  });
  request.signal.addEventListener("abort", () => cancel.abort(), { once: true });
  return new Response(stream, {
    headers: { "content-type": "application/x-ndjson", "cache-control": "no-store, no-transform" },
  });
}

async function readBody(request: Request): Promise<Record<string, unknown> | null> {
  const text = await readText(request, LONGEST);
  const body = text === null ? null : parse(text);
  return typeof body === "object" && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
