import { writeArchive } from "@/lib/operations/migration/archive";
import { exportMigrations } from "@/lib/operations/migration/export";
import { runAction } from "@/lib/transport/action";

/** The migrations of a project, a service or one alone: a zip, or the file itself when there is only one. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ project: string }> },
): Promise<Response> {
  const { project } = await params;
  const query = new URL(request.url).searchParams;
  const service = query.get("service");
  const ids = query.getAll("id");
  const answer = await runAction(exportMigrations, {
    project,
    ...(service ? { service } : {}),
    ...(ids.length > 0 ? { ids } : {}),
  });
  if (!answer.ok) return Response.json(answer.error, { status: statusOf(answer.error.code) });
  const { files } = answer.data;
  const [only] = files;
  if (files.length === 1 && only)
    return download(only.path.split("/").at(-1) ?? "migration.sql", "application/sql", only.content);
  const name =
    ids.length === 1
      ? (only?.path ?? project).replace(/\.up\.sql$/, "")
      : `${project}${service ? `-${service}` : ""}-migrations`;
  return download(`${name}.zip`, "application/zip", new Blob([new Uint8Array(writeArchive(files))]));
}

function statusOf(code: string): number {
  if (code === "access.sign_in") return 401;
  return code === "input.invalid" ? 422 : 404;
}

function download(name: string, type: string, body: BodyInit): Response {
  return new Response(body, {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename="${name.replace(/[^\w.-]/g, "_")}"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
