import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DataTable } from "@/components/data-table";
import { Count } from "@/components/figures";
import { Page, PageHead, Section } from "@/components/page";
import { EmptyState } from "@/components/states";
import { listProjects } from "@/lib/operations/project/list";
import type { ProjectSummary } from "@/lib/operations/project/views";
import { runForPage } from "@/lib/transport/action";
import { currentActor } from "@/lib/transport/session";
import { NewProject } from "./_components/new-project";
import { RestoreButton } from "./_components/restore-button";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("projects"))("title") };
}

export default async function ProjectsPage() {
  const [projects, actor, t, role] = await Promise.all([
    runForPage(listProjects, { archived: true }),
    currentActor(),
    getTranslations("projects"),
    getTranslations("common.role"),
  ]);
  const open = projects.filter((project) => !project.archived);
  const archived = projects.filter((project) => project.archived);
  const mayCreate = actor.instanceAdmin;
  return (
    <Page>
      <PageHead
        title={t("title")}
        facts={[t("count", { count: open.length })]}
        actions={mayCreate ? <NewProject slugHint={t("slugHint")} /> : null}
      />
      <div className="sec">
        <DataTable<ProjectSummary>
          caption={t("title")}
          rows={open}
          rowKey={(project) => project.id}
          rowHref={(project) => `/${project.slug}`}
          columns={[
            { key: "name", header: t("name"), cell: (project) => <b>{project.name}</b> },
            {
              key: "slug",
              header: t("address"),
              wideOnly: true,
              cell: (project) => <code>/{project.slug}</code>,
            },
            {
              key: "role",
              header: t("role"),
              phoneLabel: t("role"),
              width: "150px",
              cell: (project) => role(project.role),
            },
            {
              key: "environments",
              header: t("environments"),
              phoneLabel: t("environments"),
              num: true,
              width: "130px",
              cell: (project) => <Count value={project.environments} />,
            },
            {
              key: "services",
              header: t("services"),
              phoneLabel: t("services"),
              num: true,
              width: "110px",
              cell: (project) => <Count value={project.services} />,
            },
            {
              key: "members",
              header: t("members"),
              phoneLabel: t("members"),
              num: true,
              width: "110px",
              cell: (project) => <Count value={project.members} />,
            },
          ]}
          empty={
            <EmptyState
              title={t(mayCreate ? "emptyTitle" : "noneTitle")}
              text={t(mayCreate ? "emptyText" : "noneText")}
            />
          }
        />
      </div>
      {archived.length > 0 ? (
        <Section title={t("archived")} note={t("archivedNote")}>
          <DataTable<ProjectSummary>
            caption={t("archived")}
            rows={archived}
            rowKey={(project) => project.id}
            columns={[
              { key: "name", header: t("name"), cell: (project) => project.name },
              {
                key: "slug",
                header: t("address"),
                wideOnly: true,
                cell: (project) => <code>/{project.slug}</code>,
              },
              {
                key: "restore",
                header: "",
                label: t("restore"),
                num: true,
                width: "140px",
                cell: (project) => <RestoreButton projectId={project.id} name={project.name} />,
              },
            ]}
          />
        </Section>
      ) : null}
    </Page>
  );
}
