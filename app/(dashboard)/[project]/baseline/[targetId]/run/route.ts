import { findBaseline } from "@/lib/operations/baseline/detect";
import { answerStream } from "@/lib/transport/answer-stream";

/** Looks which migrations a database already has; whoever hangs up cancels it. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ targetId: string }> },
): Promise<Response> {
  const { targetId } = await params;
  return answerStream(request, findBaseline, ({ drafts }) => ({ targetId, drafts }));
}
