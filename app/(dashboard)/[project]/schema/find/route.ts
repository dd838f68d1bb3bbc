import { findInSchema } from "@/lib/operations/schema/find";
import { runAction } from "@/lib/transport/action";

/** Objects of a schema by a part of their name. */
export async function GET(request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const answer = await runAction(findInSchema, {
    targetId: query.get("target") ?? "",
    text: query.get("text") ?? "",
    from: query.get("from") ?? 0,
  });
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}
