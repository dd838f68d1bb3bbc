import { streamRunning } from "@/lib/transport/deployment-stream";

export const dynamic = "force-dynamic";

/** What runs in a project now, as server-sent events. */
export async function GET(request: Request, { params }: { params: Promise<{ project: string }> }) {
  return streamRunning(request, await params);
}
