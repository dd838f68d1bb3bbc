import { getTranslations } from "next-intl/server";
import { Section } from "@/components/page";
import { EmptyState } from "@/components/states";
import { can } from "@/lib/access/permissions";
import { getProject } from "@/lib/operations/project/get";
import { runForPage } from "@/lib/transport/action";
import { ServiceDialog } from "./service-dialog";
import { ServiceTable } from "./service-table";

export default async function ServicesPage({ params }: { params: Promise<{ project: string }> }) {
  const { project: slug } = await params;
  const [project, t] = await Promise.all([
    runForPage(getProject, { slug }),
    getTranslations("settings.services"),
  ]);
  const writes = can(project.role, "service.write");
  const add = writes ? <ServiceDialog projectId={project.id} /> : null;
  return (
    <Section title={t("title")} note={t("note")} right={project.services.length > 0 ? add : null}>
      {project.services.length === 0 ? (
        <EmptyState title={t("emptyTitle")} text={t("emptyText")} action={add} />
      ) : (
        <ServiceTable projectId={project.id} services={project.services} writes={writes} />
      )}
    </Section>
  );
}
