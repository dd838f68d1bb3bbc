import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Page, PageHead } from "@/components/page";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { can } from "@/lib/access/permissions";
import { getFrame } from "@/lib/operations/frame/get";
import { getPlaces } from "@/lib/operations/frame/places";
import { runForPage } from "@/lib/transport/action";
import { ConsoleLoader } from "./_components/loader";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata() {
  const t = await getTranslations("sql");
  return { title: t("title") };
}

export default async function SqlPage({ params, searchParams }: PageProps) {
  const [{ project }, query, t] = await Promise.all([params, searchParams, getTranslations("sql")]);
  const [places, frame] = await Promise.all([
    runForPage(getPlaces, { project }),
    runForPage(getFrame, { project }),
  ]);
  const targets = places.targets.flatMap((target) => {
    const service = places.services.find((one) => one.id === target.serviceId);
    const environment = places.environments.find((one) => one.id === target.environmentId);
    if (!service || !environment) return [];
    const mayRead = can(frame.role, "sql.read", environment.protected);
    const mayWrite = can(frame.role, "sql.write", environment.protected);
    return [{ id: target.id, service: service.name, environment, mayRead, mayWrite }];
  });
  const order = places.environments.map((one) => one.id);
  targets.sort(
    (a, b) =>
      a.service.localeCompare(b.service) || order.indexOf(a.environment.id) - order.indexOf(b.environment.id),
  );
  const chosen =
    targets.find((one) => one.id === query.target) ?? targets.find((one) => one.mayRead) ?? targets[0];
  if (!chosen) {
    return (
      <Page>
        <PageHead title={t("title")} />
        <div className="sec first">
          <EmptyState
            title={t("noTargets")}
            text={t("noTargetsText")}
            action={
              can(frame.role, "target.write") ? (
                <Button asChild>
                  <Link href={`/${project}/settings/targets`}>{t("addTarget")}</Link>
                </Button>
              ) : null
            }
          />
        </div>
      </Page>
    );
  }
  return <ConsoleLoader key={chosen.id} project={project} targets={targets} target={chosen} />;
}
