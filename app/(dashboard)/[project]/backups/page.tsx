import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { formatBytes } from "@/components/format";
import { Page, PageHead, Section } from "@/components/page";
import { Pager } from "@/components/pager";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { can } from "@/lib/access/permissions";
import { BACKUP_FILTERS, listBackups } from "@/lib/operations/backup/list";
import { getBackupSummary } from "@/lib/operations/backup/summary-view";
import { getFrame } from "@/lib/operations/frame/get";
import { getPlaces } from "@/lib/operations/frame/places";
import { listKeptDatabases } from "@/lib/operations/restore/list-kept";
import { runForPage } from "@/lib/transport/action";
import { one, pageHref, type SearchParams } from "../deployments/_components/list-query";
import { BackupsNav } from "./_components/backups-nav";
import { BackupsTable } from "./_components/backups-table";
import { KeptDatabases } from "./_components/kept-databases";
import { Timeline } from "./_components/timeline";
import { Usage } from "./_components/usage";
import { Watch } from "./_components/watch";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: SearchParams;
}

const ORIGINS = ["manual", "schedule", "deployment", "restore", "imported"] as const;

export async function generateMetadata() {
  return { title: (await getTranslations("backups"))("list.title") };
}

export default async function BackupsPage({ params, searchParams }: PageProps) {
  const [{ project }, query, t, locale] = await Promise.all([
    params,
    searchParams,
    getTranslations("backups"),
    getLocale(),
  ]);
  const asked = one(query, "filter");
  const filter = asked && asked in BACKUP_FILTERS ? (asked as keyof typeof BACKUP_FILTERS) : undefined;
  const origin = ORIGINS.find((known) => known === one(query, "origin"));
  const service = one(query, "service");
  const environment = one(query, "environment");
  const after = one(query, "after");
  const chosen = {
    ...(filter ? { filter } : {}),
    ...(origin ? { origin } : {}),
    ...(service ? { service } : {}),
    ...(environment ? { environment } : {}),
  };
  const [page, summary, kept, places, frame] = await Promise.all([
    runForPage(listBackups, {
      project,
      ...chosen,
      ...(after && /^\d{1,16}_[0-9a-f-]{36}$/.test(after) ? { after } : {}),
    }),
    runForPage(getBackupSummary, { project }),
    runForPage(listKeptDatabases, { project }),
    runForPage(getPlaces, { project }),
    runForPage(getFrame, { project }),
  ]);
  const path = `/${project}/backups`;
  const mayCreate = can(frame.role, "backup.create") && places.targets.length > 0;
  const mayAddTarget = can(frame.role, "target.write") && places.targets.length === 0;
  const filtered = Object.keys(chosen).length > 0 || Boolean(after);
  const { counts } = summary;
  const all = (key: "allStates" | "allOrigins" | "allServices" | "allEnvironments") => ({
    value: "",
    label: t(`list.${key}`),
  });
  return (
    <Page>
      <Watch active={page.rows.some((row) => row.state === "queued" || row.state === "running")} />
      <PageHead
        title={t("list.title")}
        facts={[
          t("list.count", { count: counts.backups }),
          ...(counts.backups > 0
            ? [formatBytes(counts.bytes, locale), t("list.proven", { count: counts.proven })]
            : []),
        ]}
        actions={
          mayCreate ? (
            <Button asChild>
              <Link href={`${path}/new`} data-new="">
                {t("list.new")} <kbd>n</kbd>
              </Link>
            </Button>
          ) : null
        }
      />
      <BackupsNav slug={project} />
      <Timeline slug={project} summary={summary} mayCreate={mayCreate} />
      <KeptDatabases project={project} kept={kept} />
      <Section title={t("list.all")}>
        {page.rows.length > 0 || filtered ? (
          <form className="bar-filter" action={path} method="get" role="search">
            <Select
              name="filter"
              defaultValue={filter ?? ""}
              aria-label={t("list.state")}
              data-filter=""
              options={[
                all("allStates"),
                ...Object.keys(BACKUP_FILTERS).map((key) => ({
                  value: key,
                  label: t(`list.filters.${key as keyof typeof BACKUP_FILTERS}`),
                })),
              ]}
            />
            <Select
              name="origin"
              defaultValue={origin ?? ""}
              aria-label={t("list.columns.origin")}
              options={[
                all("allOrigins"),
                ...ORIGINS.map((value) => ({ value, label: t(`list.origins.${value}`) })),
              ]}
            />
            <Select
              name="service"
              defaultValue={service ?? ""}
              aria-label={t("list.service")}
              options={[
                all("allServices"),
                ...places.services.map(({ name }) => ({ value: name, label: name })),
              ]}
            />
            <Select
              name="environment"
              defaultValue={environment ?? ""}
              aria-label={t("list.columns.environment")}
              options={[
                all("allEnvironments"),
                ...places.environments.map(({ name }) => ({ value: name, label: name })),
              ]}
            />
            <Button type="submit">{t("list.filter")}</Button>
            {filtered ? (
              <Button asChild variant="quiet">
                <Link href={path}>{t("list.clear")}</Link>
              </Button>
            ) : null}
          </form>
        ) : null}
        <BackupsTable
          project={project}
          rows={page.rows}
          empty={
            filtered ? (
              <EmptyState title={t("list.noneFound")} />
            ) : (
              <EmptyState
                title={t("list.none")}
                text={t("list.noneText")}
                action={
                  mayCreate ? (
                    <Button asChild variant="go">
                      <Link href={`${path}/new`}>{t("list.new")}</Link>
                    </Button>
                  ) : mayAddTarget ? (
                    <Button asChild>
                      <Link href={`/${project}/settings/targets`}>{t("new.addTarget")}</Link>
                    </Button>
                  ) : null
                }
              />
            )
          }
        />
        <Pager first={after ? pageHref(path, query, "") : null} next={pageHref(path, query, page.next)} />
      </Section>
      {counts.backups > 0 ? (
        <Section title={t("usage.section")}>
          <Usage usage={summary.usage} />
        </Section>
      ) : null}
    </Page>
  );
}
