import { DomainError } from "../errors";
import type { AuditExport } from "../operations/audit/export";
import type { VerificationView } from "../operations/audit/verify";
import type { ExecuteOptions } from "../operations/define";
import { describeError } from "./action";

/** A file that is written while it is read; a refusal as text with its status. */
export async function sendExport(make: () => Promise<AuditExport>): Promise<Response> {
  try {
    const { fileName, contentType, chunks } = await make();
    const iterator = chunks[Symbol.asyncIterator]();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { value, done } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(new TextEncoder().encode(value));
      },
      async cancel() {
        await iterator.return?.();
      },
    });
    const headers = {
      "content-type": contentType,
      "content-disposition": `attachment; filename="${fileName}"`,
    };
    return new Response(body, { headers: { ...headers, "cache-control": "no-store" } });
  } catch (error) {
    const { message, hint } = await describeError(error, "audit.export");
    return new Response([message, hint].filter(Boolean).join("\n"), { status: statusOf(error) });
  }
}

/** The check of the chain as lines of JSON: progress, then the result or the error. Ends when the reader goes. */
export function sendVerification(
  request: Request,
  verify: (options: ExecuteOptions) => Promise<VerificationView>,
): Response {
  const stop = new AbortController();
  request.signal.addEventListener("abort", () => stop.abort());
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (line: object) => {
        if (!stop.signal.aborted) controller.enqueue(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
      };
      const onProgress = (text: string) => {
        const [checked = 0, total = 0] = text.split("/").map(Number);
        send({ type: "progress", checked, total });
      };
      try {
        send({ type: "result", result: await verify({ signal: stop.signal, onProgress }) });
      } catch (error) {
        if (!stop.signal.aborted) send({ type: "error", error: await describeError(error, "audit.verify") });
      }
      if (!stop.signal.aborted) controller.close();
    },
    cancel: () => stop.abort(),
  });
  return new Response(body, {
    headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" },
  });
}

function statusOf(error: unknown): number {
  return error instanceof DomainError ? error.status : 500;
}
