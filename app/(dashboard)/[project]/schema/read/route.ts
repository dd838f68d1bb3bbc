import { readSchema } from "@/lib/operations/schema/read";
import { answerStream } from "@/lib/transport/answer-stream";

/** Reads the catalog of a target anew; whoever hangs up stops it. */
export async function POST(request: Request): Promise<Response> {
  return answerStream(request, readSchema, (body) => body);
}
