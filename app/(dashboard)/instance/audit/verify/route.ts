import { verifyInstanceAudit } from "@/lib/operations/audit/verify";
import { execute } from "@/lib/operations/define";
import { sendVerification } from "@/lib/transport/audit-stream";
import { actorFromRequest } from "@/lib/transport/token";

export async function POST(request: Request): Promise<Response> {
  const mode = new URL(request.url).searchParams.get("mode") ?? "all";
  return sendVerification(request, async (options) =>
    execute(verifyInstanceAudit, await actorFromRequest(request), { mode }, options),
  );
}
