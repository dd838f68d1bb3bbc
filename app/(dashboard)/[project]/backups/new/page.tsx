import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Page, PageHead } from "@/components/page";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { can } from "@/lib/access/permissions";
import { getBackup } from "@/lib/operations/backup/get";
import { getPlaces } from "@/lib/operations/frame/places";
import { listStorages } from "@/lib/operations/storage/list";
import { requireForPage, runForPage } from "@/lib/transport/action";
import { one, type SearchParams } from "../../deployments/_components/list-query";
import { NewBackup } from "./new-backup";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: SearchParams;
}

export async function generateMetadata() {
  return { title: (await getTranslations("backups"))("new.title") };
}

export default async function NewBackupPage({ params, searchParams }: PageProps) {
  const [{ project }, query, t] = await Promise.all([params, searchParams, getTranslations("backups")]);
  const role = await requireForPage(project, "backup.create");
  const backupId = one(query, "like");
  const [places, storages, like] = await Promise.all([
    runForPage(getPlaces, { project }),
    runForPage(listStorages, { project }),
    backupId ? runForPage(getBackup, { backupId }) : null,
  ]);
  const targets = places.targets.map((target) => ({
    id: target.id,
    service: places.services.find(({ id }) => id === target.serviceId)?.name ?? "",
    environment: places.environments.find(({ id }) => id === target.environmentId)?.name ?? "",
  }));
  return (
    <Page>
      <PageHead title={t("new.title")} facts={[t("new.text")]} />
      <div className="sec first">
        {targets.length === 0 ? (
          <EmptyState
            title={t("new.noTargets")}
            text={t("new.noTargetsText")}
            action={
              can(role, "target.write") ? (
                <Button asChild>
                  <Link href={`/${project}/settings/targets`}>{t("new.addTarget")}</Link>
                </Button>
              ) : null
            }
          />
        ) : (
          <NewBackup
            project={project}
            targets={targets}
            storages={storages.map(({ id, name, isDefault, location }) => ({
              id,
              name,
              isDefault,
              location,
            }))}
            target={targets.find(({ id }) => id === one(query, "target"))?.id ?? targets[0]?.id ?? ""}
            like={
              like && {
                scope: like.scope,
                description: like.description,
                labels: like.labels,
                storage: like.storage,
              }
            }
          />
        )}
      </div>
    </Page>
  );
}
