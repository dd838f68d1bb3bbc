import { listSchema } from "@/lib/operations/schema/list";
import { runAction } from "@/lib/transport/action";

/** A part of a schema's tree. A route and not a server action: those of a page wait for each other. */
export async function GET(request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const answer = await runAction(listSchema, {
    targetId: query.get("target") ?? "",
    from: query.get("from") ?? "",
    count: query.get("count") ?? "",
  });
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}
