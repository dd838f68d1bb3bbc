import { handleHealth } from "@/lib/transport/health";

export const dynamic = "force-dynamic";

export function GET(request: Request): Promise<Response> {
  return handleHealth(request);
}
