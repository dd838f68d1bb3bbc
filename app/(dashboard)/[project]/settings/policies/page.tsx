import { getTranslations } from "next-intl/server";
import { Section } from "@/components/page";
import { EmptyState } from "@/components/states";
import { can } from "@/lib/access/permissions";
import { getProject } from "@/lib/operations/project/get";
import { runForPage } from "@/lib/transport/action";
import { PolicyForm } from "./policy-form";

export default async function PoliciesPage({ params }: { params: Promise<{ project: string }> }) {
  const { project: slug } = await params;
  const [project, t] = await Promise.all([
    runForPage(getProject, { slug }),
    getTranslations("settings.policies"),
  ]);
  return (
    <Section title={t("title")} note={t("note")}>
      {project.environments.length === 0 ? (
        <EmptyState title={t("emptyTitle")} text={t("emptyText")} />
      ) : null}
      <div className="grid gap-4">
        {project.environments.map((environment, index) => (
          <PolicyForm
            key={environment.id}
            environment={environment}
            previous={project.environments[index - 1]?.name ?? null}
            writes={can(environment.role, "environment.write", environment.protected)}
          />
        ))}
      </div>
    </Section>
  );
}
