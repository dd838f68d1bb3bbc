import { getTranslations } from "next-intl/server";
import { Crumbs } from "@/components/crumbs";
import { can } from "@/lib/access/permissions";
import { getFrame } from "@/lib/operations/frame/get";
import { getMigration } from "@/lib/operations/migration/get";
import { runForPage } from "@/lib/transport/action";
import { EditorLoader } from "./_editor/loader";

interface PageProps {
  params: Promise<{ project: string; id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata() {
  const t = await getTranslations("editor");
  return { title: t("title") };
}

export default async function EditorPage({ params, searchParams }: PageProps) {
  const [{ project, id }, { line }] = await Promise.all([params, searchParams]);
  const [view, frame] = await Promise.all([
    runForPage(getMigration, { id }),
    runForPage(getFrame, { project }),
  ]);
  const path = `/${project}/migrations`;
  return (
    <>
      <Crumbs
        items={[
          { label: frame.project.name, href: `/${project}` },
          { label: view.service.name, href: `${path}?service=${encodeURIComponent(view.service.name)}` },
          { label: view.name },
        ]}
      />
      <EditorLoader
        project={project}
        view={view}
        mayWrite={can(frame.role, "migration.write")}
        mayDeploy={can(frame.role, "deployment.create")}
        line={typeof line === "string" && /^\d{1,6}$/.test(line) ? Number(line) : null}
      />
    </>
  );
}
