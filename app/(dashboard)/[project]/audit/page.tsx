import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { listAudit } from "@/lib/operations/audit/list";
import { getProject } from "@/lib/operations/project/get";
import { runForPage } from "@/lib/transport/action";
import { AuditView } from "../../_audit/audit-view";
import { readAuditQuery, toAuditInput } from "../../_audit/filter";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("audit"))("title") };
}

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function AuditPage({ params, searchParams }: PageProps) {
  const { project: slug } = await params;
  const query = readAuditQuery(await searchParams);
  const [page, project, t] = await Promise.all([
    runForPage(listAudit, { slug, ...toAuditInput(query) }),
    runForPage(getProject, { slug }),
    getTranslations("audit"),
  ]);
  return (
    <AuditView
      path={`/${slug}/audit`}
      title={t("title")}
      query={query}
      page={page}
      environments={project.environments.map(({ id, name }) => ({ id, name }))}
    />
  );
}
