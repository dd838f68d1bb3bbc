import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { listInstanceAudit } from "@/lib/operations/audit/list";
import { runForPage } from "@/lib/transport/action";
import { AuditView } from "../../_audit/audit-view";
import { readAuditQuery, toAuditInput } from "../../_audit/filter";
import { InstanceNav } from "../_components/instance-nav";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("audit"))("title") };
}

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function InstanceAuditPage({ searchParams }: PageProps) {
  const query = readAuditQuery(await searchParams);
  const [page, t] = await Promise.all([
    runForPage(listInstanceAudit, toAuditInput(query)),
    getTranslations("instance"),
  ]);
  return (
    <AuditView
      path="/instance/audit"
      title={t("title")}
      nav={<InstanceNav />}
      query={query}
      page={page}
      environments={[]}
    />
  );
}
