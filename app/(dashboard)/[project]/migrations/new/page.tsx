import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Page, PageHead } from "@/components/page";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { getPlaces } from "@/lib/operations/frame/places";
import { TEMPLATES } from "@/lib/operations/migration/templates";
import { requireForPage, runForPage } from "@/lib/transport/action";
import { NewMigration } from "./new-migration";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata() {
  const t = await getTranslations("migrations");
  return { title: t("new.title") };
}

export default async function NewMigrationPage({ params, searchParams }: PageProps) {
  const [{ project }, query, t] = await Promise.all([params, searchParams, getTranslations("migrations")]);
  await requireForPage(project, "migration.write");
  const { services } = await runForPage(getPlaces, { project });
  const wanted = services.find((service) => service.name === query.service)?.name;
  return (
    <Page>
      <PageHead title={t("new.title")} facts={[t("new.text")]} />
      <div className="sec first">
        {services.length === 0 ? (
          <EmptyState
            title={t("empty.noService")}
            text={t("empty.noServiceText")}
            action={
              <Button asChild variant="go">
                <Link href={`/${project}/settings/services`}>{t("empty.addService")}</Link>
              </Button>
            }
          />
        ) : (
          <NewMigration
            project={project}
            services={services.map((service) => service.name)}
            wanted={wanted ?? null}
            templates={TEMPLATES.map(({ id, up }) => ({ id, up }))}
          />
        )}
      </div>
    </Page>
  );
}
