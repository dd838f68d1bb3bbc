import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Page, PageHead } from "@/components/page";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { getPlaces } from "@/lib/operations/frame/places";
import { requireForPage, runForPage } from "@/lib/transport/action";
import { id, one, type SearchParams } from "../_components/list-query";
import { NewDeployment } from "./new-deployment";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: SearchParams;
}

export async function generateMetadata() {
  const t = await getTranslations("deployments");
  return { title: t("new.title") };
}

export default async function NewDeploymentPage({ params, searchParams }: PageProps) {
  const [{ project }, query, t] = await Promise.all([params, searchParams, getTranslations("deployments")]);
  await requireForPage(project, "deployment.create");
  const places = await runForPage(getPlaces, { project });
  return (
    <Page>
      <PageHead title={t("new.title")} facts={[t("new.text")]} />
      <div className="sec first">
        {places.targets.length === 0 ? (
          <EmptyState
            title={t("new.noTargets")}
            text={t("new.noTargetsText")}
            action={
              <Button asChild>
                <Link href={`/${project}`}>{t("new.firstSteps")}</Link>
              </Button>
            }
          />
        ) : (
          <NewDeployment
            project={project}
            places={places}
            wanted={id(query, "target") ?? null}
            upTo={one(query, "to") ?? ""}
          />
        )}
      </div>
    </Page>
  );
}
