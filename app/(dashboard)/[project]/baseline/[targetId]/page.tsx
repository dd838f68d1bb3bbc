import { getTranslations } from "next-intl/server";
import { Crumbs } from "@/components/crumbs";
import { EnvironmentLine } from "@/components/environment";
import { Page, PageHead } from "@/components/page";
import { can } from "@/lib/access/permissions";
import { listMigrations } from "@/lib/operations/migration/list";
import { getProject } from "@/lib/operations/project/get";
import { getTarget } from "@/lib/operations/target/get";
import { runForPage } from "@/lib/transport/action";
import { Baseline } from "./baseline";

export async function generateMetadata() {
  const t = await getTranslations("baseline");
  return { title: t("title") };
}

/** Which migrations a database had before it came here, with the evidence; and the place to record them. */
export default async function BaselinePage({
  params,
}: {
  params: Promise<{ project: string; targetId: string }>;
}) {
  const { project: slug, targetId } = await params;
  const [project, target, t] = await Promise.all([
    runForPage(getProject, { slug }),
    runForPage(getTarget, { targetId }),
    getTranslations("baseline"),
  ]);
  const service = project.services.find((one) => one.id === target.service.id);
  const wanted = { project: slug, service: target.service.name, state: "draft", limit: 1 } as const;
  const count = (await runForPage(listMigrations, wanted)).groups[0]?.total ?? 0;
  const environment = project.environments.find((one) => one.id === target.environment.id);
  const may = (permission: "drift.check" | "baseline.stamp") =>
    environment !== undefined && can(environment.role, permission, environment.protected);
  return (
    <Page>
      <EnvironmentLine color={target.environment.color} />
      <Crumbs
        items={[
          { label: project.name, href: `/${slug}` },
          { label: target.service.name, href: `/${slug}/migrations?service=${target.service.id}` },
          { label: t("title") },
        ]}
        environment={target.environment}
      />
      <PageHead
        title={t("of", { service: target.service.name, environment: target.environment.name })}
        facts={[<code key="database">{target.database}</code>]}
      />
      <div className="sec first">
        <Baseline
          project={slug}
          targetId={targetId}
          database={target.database}
          drafts={count === 0 ? "none" : count === service?.migrations ? "only" : "some"}
          mayLook={may("drift.check")}
          mayRecord={may("baseline.stamp")}
        />
      </div>
    </Page>
  );
}
