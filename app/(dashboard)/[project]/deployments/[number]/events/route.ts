import { streamDeployment } from "@/lib/transport/deployment-stream";

export const dynamic = "force-dynamic";

/** The live state of a deployment as server-sent events. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ project: string; number: string }> },
) {
  return streamDeployment(request, await params);
}
