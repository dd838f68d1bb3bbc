import { verifyInstanceAudit } from "@/lib/operations/audit/verify";
import { answerStream } from "@/lib/transport/answer-stream";

/** Reads the whole trail, or from the last check on; whoever hangs up stops it. */
export async function POST(request: Request): Promise<Response> {
  return answerStream(request, verifyInstanceAudit, (body) => body);
}
