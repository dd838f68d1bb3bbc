import { compareSides } from "@/lib/operations/comparison/compare";
import { answerStream } from "@/lib/transport/answer-stream";

/** Compares two schemas; whoever hangs up cancels it. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ project: string }> },
): Promise<Response> {
  const { project } = await params;
  return answerStream(request, compareSides, (body) => ({ ...body, project }));
}
