import { getTranslations } from "next-intl/server";
import { Panel, Section } from "@/components/page";
import { can } from "@/lib/access/permissions";
import { getProject } from "@/lib/operations/project/get";
import { runForPage } from "@/lib/transport/action";
import { GeneralForms } from "./_components/general-forms";

export default async function GeneralPage({ params }: { params: Promise<{ project: string }> }) {
  const { project: slug } = await params;
  const [project, t] = await Promise.all([
    runForPage(getProject, { slug }),
    getTranslations("settings.general"),
  ]);
  const writes = can(project.role, "project.write");
  if (writes) return <GeneralForms project={{ id: project.id, name: project.name, slug: project.slug }} />;
  return (
    <Section title={t("title")}>
      <Panel padded>
        <dl className="kv">
          <dt>{t("name")}</dt>
          <dd>{project.name}</dd>
          <dt>{t("slug")}</dt>
          <dd>
            <code>/{project.slug}</code>
          </dd>
        </dl>
      </Panel>
    </Section>
  );
}
