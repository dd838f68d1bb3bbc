import { getTranslations } from "next-intl/server";
import { Panel, Section } from "@/components/page";
import { EmptyState } from "@/components/states";
import { can } from "@/lib/access/permissions";
import { getProject } from "@/lib/operations/project/get";
import { runForPage } from "@/lib/transport/action";
import { DriftPolicyForm } from "./drift-policy-form";
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
          <Panel key={environment.id} padded>
            <PolicyForm
              environment={environment}
              previous={project.environments[index - 1]?.name ?? null}
              writes={can(environment.role, "environment.write", environment.protected)}
            />
            <DriftPolicyForm
              environment={environment}
              writes={can(environment.role, "drift.policy", environment.protected)}
            />
          </Panel>
        ))}
      </div>
    </Section>
  );
}
