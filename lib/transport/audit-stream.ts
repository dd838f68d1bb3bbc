import { DomainError } from "../errors";
import type { AuditExport } from "../operations/audit/export";
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

function statusOf(error: unknown): number {
  return error instanceof DomainError ? error.status : 500;
}
