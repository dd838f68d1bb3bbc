import { explainAnalyzeSql, explainSql } from "@/lib/operations/sql/explain";
import { readSql, writeSql } from "@/lib/operations/sql/run";
import { answerStream } from "@/lib/transport/answer-stream";

const OPERATIONS = {
  read: readSql,
  write: writeSql,
  explain: explainSql,
  explain_analyze: explainAnalyzeSql,
};

/** Runs a text; whoever hangs up cancels it. */
export async function POST(request: Request): Promise<Response> {
  const mode = new URL(request.url).searchParams.get("mode") ?? "";
  if (!Object.hasOwn(OPERATIONS, mode)) return new Response(null, { status: 400 });
  const operation = OPERATIONS[mode as keyof typeof OPERATIONS] as typeof readSql;
  return answerStream(request, operation, (body) => body);
}
