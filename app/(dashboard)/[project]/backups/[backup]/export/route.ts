import { downloadBackup } from "@/lib/transport/backup-download";

export const dynamic = "force-dynamic";

/** A backup as one plain SQL file. */
export async function GET(request: Request, { params }: { params: Promise<{ backup: string }> }) {
  return downloadBackup(request, (await params).backup);
}
