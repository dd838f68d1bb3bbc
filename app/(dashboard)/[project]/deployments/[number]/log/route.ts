import { getTranslations } from "next-intl/server";
import { readRunLog } from "@/lib/operations/run/log";
import { runAction } from "@/lib/transport/action";
import { sayLine } from "../_run/log-words";

export const dynamic = "force-dynamic";

const AT_ONCE = 5000;

/** The whole log of the last run as a text file, in the reader's language, times in UTC. */
export async function GET(
  _request: Request,
  { params }: { params: Promise<{ project: string; number: string }> },
): Promise<Response> {
  const { project, number } = await params;
  const ref = { project, number: Number(number), limit: AT_ONCE };
  const first = await runAction(readRunLog, ref);
  if (!first.ok)
    return Response.json(first.error, { status: first.error.code === "access.sign_in" ? 401 : 404 });
  const t = await getTranslations("run-log");
  let lines = first.data;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const text = lines
        .map((line) => `${line.at}  ${line.level.padEnd(7)}  ${sayLine(t as never, line)}\n`)
        .join("");
      controller.enqueue(encoder.encode(text));
      const last = lines.at(-1);
      if (lines.length < AT_ONCE || !last) return controller.close();
      const more = await runAction(readRunLog, { ...ref, after: last.id });
      if (!more.ok || more.data.length === 0) return controller.close();
      lines = more.data;
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": `attachment; filename="deployment-${Number(number)}.log"`,
      "cache-control": "no-store",
    },
  });
}
