import { tryMigration } from "@/lib/operations/migration/try";
import { answerStream } from "@/lib/transport/answer-stream";

/** Tries a migration on a shadow; a line of JSON for each step, the last one the result or the error. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const { id } = await params;
  return answerStream(request, tryMigration, (body) => ({ ...body, id }));
}
