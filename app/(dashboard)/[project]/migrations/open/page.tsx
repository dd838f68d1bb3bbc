import { notFound, redirect } from "next/navigation";
import { locateMigration } from "@/lib/operations/search/locate";
import { runForPage } from "@/lib/transport/action";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** A migration by service and file name, for links from where its id is not known: goes to the editor at the line. */
export default async function OpenMigrationPage({ params, searchParams }: PageProps) {
  const [{ project }, query] = await Promise.all([params, searchParams]);
  const { service, filename, line } = query;
  if (typeof service !== "string" || typeof filename !== "string") notFound();
  const { id } = await runForPage(locateMigration, { project, service, filename });
  const at = typeof line === "string" && /^\d{1,7}$/.test(line) ? `?line=${line}` : "";
  redirect(`/${project}/migrations/${id}/edit${at}`);
}
