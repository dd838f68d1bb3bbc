import { readAuditQuery, toAuditInput } from "@/app/(dashboard)/_audit/filter";
import { exportInstanceAudit } from "@/lib/operations/audit/export";
import { execute } from "@/lib/operations/define";
import { sendExport } from "@/lib/transport/audit-stream";
import { actorFromRequest } from "@/lib/transport/token";

export async function GET(request: Request): Promise<Response> {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  return sendExport(async () =>
    execute(exportInstanceAudit, await actorFromRequest(request), {
      format: query.format,
      ...toAuditInput(readAuditQuery(query)),
    }),
  );
}
