import { verifyAudit } from "@/lib/operations/audit/verify";
import { answerStream } from "@/lib/transport/answer-stream";

/** Reads the trail of a project from its beginning, or from the last check on; whoever hangs up stops it. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ project: string }> },
): Promise<Response> {
  const { project: slug } = await params;
  return answerStream(request, verifyAudit, (body) => ({ ...body, slug }));
}
