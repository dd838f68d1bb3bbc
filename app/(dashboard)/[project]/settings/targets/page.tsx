import { getTranslations } from "next-intl/server";
import { EnvironmentChip } from "@/components/environment";
import { LinkArrow } from "@/components/link-arrow";
import { Section } from "@/components/page";
import { EmptyState } from "@/components/states";
import { can } from "@/lib/access/permissions";
import { getProject } from "@/lib/operations/project/get";
import { listTargets } from "@/lib/operations/target/get";
import type { TargetDetail } from "@/lib/operations/target/views";
import { describeFailure, runForPage } from "@/lib/transport/action";
import { AddTarget } from "./add-target";
import { TargetPanel } from "./target-panel";

/** Every service of an environment: its target, or the place for one. */
export default async function TargetsPage({ params }: { params: Promise<{ project: string }> }) {
  const { project: slug } = await params;
  const [project, stored, t] = await Promise.all([
    runForPage(getProject, { slug }),
    runForPage(listTargets, { slug }),
    getTranslations("settings.targets"),
  ]);
  const targets = await Promise.all(stored.map(inReadersLanguage));
  if (project.environments.length === 0 || project.services.length === 0) {
    const page = project.environments.length === 0 ? "environments" : "services";
    return (
      <Section title={t("title")}>
        <EmptyState
          title={t("emptyTitle")}
          text={t(`empty.${page}`)}
          action={<LinkArrow href={`/${slug}/settings/${page}`}>{t(`go.${page}`)}</LinkArrow>}
        />
      </Section>
    );
  }
  return project.environments.map((environment) => {
    const here = targets.filter((target) => target.environment.id === environment.id);
    const open = project.services.filter(
      (service) => !here.some((target) => target.service.id === service.id),
    );
    const writes = can(environment.role, "target.write", environment.protected);
    return (
      <Section
        key={environment.id}
        title={<EnvironmentChip environment={environment} plain />}
        note={t("count", { count: here.length, of: project.services.length })}
        right={
          writes && open.length > 0 ? <AddTarget environment={environment} services={open} /> : undefined
        }
      >
        {here.length === 0 ? (
          <EmptyState title={t("noneTitle", { environment: environment.name })} text={t("noneText")} />
        ) : (
          <div className="grid gap-3">
            {here.map((target) => (
              <TargetPanel key={target.id} project={slug} target={target} writes={writes} />
            ))}
          </div>
        )}
      </Section>
    );
  });
}

async function inReadersLanguage(target: TargetDetail): Promise<TargetDetail> {
  const { probe } = target;
  return {
    ...target,
    probe: probe && !probe.ok ? { ok: false, error: await describeFailure(probe.error) } : probe,
  };
}
