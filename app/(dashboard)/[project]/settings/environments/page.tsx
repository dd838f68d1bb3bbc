import { getTranslations } from "next-intl/server";
import { Section } from "@/components/page";
import { EmptyState } from "@/components/states";
import { can } from "@/lib/access/permissions";
import { getProject } from "@/lib/operations/project/get";
import { runForPage } from "@/lib/transport/action";
import { EnvironmentDialog } from "./environment-dialog";
import { EnvironmentTable } from "./environment-table";

export default async function EnvironmentsPage({ params }: { params: Promise<{ project: string }> }) {
  const { project: slug } = await params;
  const [project, t] = await Promise.all([
    runForPage(getProject, { slug }),
    getTranslations("settings.environments"),
  ]);
  const writes = can(project.role, "environment.write");
  const add = writes ? <EnvironmentDialog projectId={project.id} /> : null;
  return (
    <Section title={t("title")} note={t("note")} right={project.environments.length > 0 ? add : null}>
      {project.environments.length === 0 ? (
        <EmptyState title={t("emptyTitle")} text={t("emptyText")} action={add} />
      ) : (
        <EnvironmentTable projectId={project.id} environments={project.environments} writes={writes} />
      )}
    </Section>
  );
}
