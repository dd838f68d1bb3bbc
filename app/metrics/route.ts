import { handleMetrics } from "@/lib/transport/metrics";

export const dynamic = "force-dynamic";

export function GET(request: Request): Promise<Response> {
  return handleMetrics(request);
}
