import { verifyAudit } from "@/lib/operations/audit/verify";
import { execute } from "@/lib/operations/define";
import { sendVerification } from "@/lib/transport/audit-stream";
import { actorFromRequest } from "@/lib/transport/token";

export async function POST(
  request: Request,
  { params }: { params: Promise<{ project: string }> },
): Promise<Response> {
  const { project: slug } = await params;
  const mode = new URL(request.url).searchParams.get("mode") ?? "all";
  return sendVerification(request, async (options) =>
    execute(verifyAudit, await actorFromRequest(request), { slug, mode }, options),
  );
}
