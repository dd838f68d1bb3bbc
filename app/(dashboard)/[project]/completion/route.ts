import { readCompletion } from "@/lib/operations/migration/completion";
import { runAction } from "@/lib/transport/action";

/**
 * Names of a database for completion. Not a server action: those of a page wait for each other, and a draft must
 * not wait for a database that is slow to answer.
 */
export async function GET(request: Request): Promise<Response> {
  const answer = await runAction(readCompletion, {
    targetId: new URL(request.url).searchParams.get("target") ?? "",
  });
  return Response.json(answer.ok ? answer.data : [], { headers: { "cache-control": "no-store" } });
}
