import { readAuditQuery, toAuditInput } from "@/app/(dashboard)/_audit/filter";
import { exportAudit } from "@/lib/operations/audit/export";
import { execute } from "@/lib/operations/define";
import { sendExport } from "@/lib/transport/audit-stream";
import { actorFromRequest } from "@/lib/transport/token";

export async function GET(
  request: Request,
  { params }: { params: Promise<{ project: string }> },
): Promise<Response> {
  const { project: slug } = await params;
  const query = Object.fromEntries(new URL(request.url).searchParams);
  return sendExport(async () =>
    execute(exportAudit, await actorFromRequest(request), {
      slug,
      format: query.format,
      ...toAuditInput(readAuditQuery(query)),
    }),
  );
}
