import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Page, PageHead } from "@/components/page";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { getPlaces } from "@/lib/operations/frame/places";
import { requireForPage, runForPage } from "@/lib/transport/action";
import { ImportMigrations } from "./import-migrations";

interface PageProps {
  params: Promise<{ project: string }>;
}

export async function generateMetadata() {
  const t = await getTranslations("migrations");
  return { title: t("import.title") };
}

export default async function ImportPage({ params }: PageProps) {
  const [{ project }, t] = await Promise.all([params, getTranslations("migrations")]);
  await requireForPage(project, "migration.write");
  const { services } = await runForPage(getPlaces, { project });
  return (
    <Page>
      <PageHead title={t("import.title")} facts={[t("import.text")]} />
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
          <ImportMigrations project={project} services={services.map((service) => service.name)} />
        )}
      </div>
    </Page>
  );
}
