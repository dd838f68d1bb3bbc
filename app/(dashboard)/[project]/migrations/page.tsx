import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Page, PageHead, Section } from "@/components/page";
import { Pager } from "@/components/pager";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { can } from "@/lib/access/permissions";
import { getFrame } from "@/lib/operations/frame/get";
import { getPlaces, type ProjectPlaces } from "@/lib/operations/frame/places";
import { LIST_STATES, listMigrations } from "@/lib/operations/migration/list";
import type { MigrationGroup, MigrationList } from "@/lib/operations/migration/views";
import { runForPage } from "@/lib/transport/action";
import { Filters } from "./_components/filters";
import { MigrationsTable } from "./_components/migrations-table";
import { OrphanNote } from "./_components/orphan-note";

type Query = Record<string, string | string[] | undefined>;

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: Promise<Query>;
}

export async function generateMetadata() {
  const t = await getTranslations("migrations");
  return { title: t("list.title") };
}

/** What the address asks for; what names nothing (an old link, a renamed service) is left out. */
function readQuery(query: Query, places: ProjectPlaces) {
  const one = (name: string) =>
    typeof query[name] === "string" && query[name] !== "" ? query[name] : undefined;
  const state = LIST_STATES.find((known) => known === one("state"));
  const service = places.services.find(({ name }) => name === one("service"))?.name;
  const environment = places.environments.find(({ name }) => name === one("environment"))?.name;
  const [text, after] = [one("text")?.slice(0, 200), one("after")];
  return {
    ...(service ? { service } : {}),
    ...(environment ? { environment } : {}),
    ...(text ? { text } : {}),
    ...(state ? { state } : {}),
    ...(after ? { after } : {}),
  };
}

export default async function MigrationsPage({ params, searchParams }: PageProps) {
  const [{ project }, query, t] = await Promise.all([params, searchParams, getTranslations("migrations")]);
  const filter = readQuery(query, await runForPage(getPlaces, { project }));
  const [list, frame] = await Promise.all([
    runForPage(listMigrations, { project, ...filter }),
    runForPage(getFrame, { project }),
  ]);
  const mayWrite = can(frame.role, "migration.write");
  const path = `/${project}/migrations`;
  const ofService = filter.service ? `?service=${encodeURIComponent(filter.service)}` : "";
  return (
    <Page>
      <PageHead
        title={t("list.title")}
        facts={[
          t("list.count", { count: list.all }),
          list.services.length > 1 ? t("list.services", { count: list.services.length }) : null,
        ]}
        actions={
          <>
            {list.all > 0 ? (
              <Button asChild>
                <a href={`${path}/export${ofService}`} download>
                  {t("list.export")}
                </a>
              </Button>
            ) : null}
            {mayWrite && list.services.length > 0 ? (
              <>
                <Button asChild>
                  <Link href={`${path}/import`}>{t("list.import")}</Link>
                </Button>
                <Button asChild variant="go">
                  <Link href={`${path}/new${ofService}`} data-new="">
                    {t("list.new")} <kbd>n</kbd>
                  </Link>
                </Button>
              </>
            ) : null}
          </>
        }
      />
      <div className="sec first">
        {list.all === 0 ? (
          <Nothing project={project} list={list} mayWrite={mayWrite} />
        ) : (
          <>
            <Filters
              services={list.services}
              environments={list.environments.map((one) => one.name)}
              states={LIST_STATES}
            />
            {list.orphans.length > 0 ? <OrphanNote orphans={list.orphans} /> : null}
            <Groups project={project} list={list} query={query} />
          </>
        )}
      </div>
    </Page>
  );
}

async function Nothing({
  project,
  list,
  mayWrite,
}: {
  project: string;
  list: MigrationList;
  mayWrite: boolean;
}) {
  const t = await getTranslations("migrations");
  const path = `/${project}/migrations`;
  if (list.services.length === 0) {
    return (
      <EmptyState
        title={t("empty.noService")}
        text={t("empty.noServiceText")}
        action={
          <Button asChild variant="go">
            <Link href={`/${project}/settings/services`}>{t("empty.addService")}</Link>
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      title={t("empty.title")}
      text={t("empty.text")}
      action={
        mayWrite ? (
          <>
            <Button asChild>
              <Link href={`${path}/new`}>{t("list.new")}</Link>
            </Button>
            <Button asChild>
              <Link href={`${path}/import`}>{t("list.import")}</Link>
            </Button>
          </>
        ) : null
      }
    />
  );
}

async function Groups({ project, list, query }: { project: string; list: MigrationList; query: Query }) {
  const t = await getTranslations("migrations");
  const shown = list.groups.filter((group) => group.total > 0);
  const link = (changes: Record<string, string | undefined>) => {
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...query, after: undefined, ...changes })) {
      if (typeof value === "string" && value !== "") next.set(name, value);
    }
    return next.size > 0 ? `/${project}/migrations?${next}` : `/${project}/migrations`;
  };
  if (shown.length === 0) {
    return (
      <EmptyState
        title={t("list.noneFits")}
        text={t("list.noneFitsText")}
        action={
          <Button asChild>
            <Link href={`/${project}/migrations`}>{t("list.clear")}</Link>
          </Button>
        }
      />
    );
  }
  const single = list.groups.length === 1;
  return shown.map((group) => (
    <Section
      key={group.service.id}
      className="service-group"
      title={group.service.name}
      note={<GroupNote group={group} />}
    >
      <MigrationsTable project={project} group={group} />
      {single ? (
        <Pager first={query.after ? link({}) : null} next={group.next ? link({ after: group.next }) : null} />
      ) : group.next ? (
        <p className="more-rows">
          <Link className="link" href={link({ service: group.service.name })}>
            {t("list.showAll", { count: group.total, service: group.service.name })}
          </Link>
        </p>
      ) : null}
    </Section>
  ));
}

async function GroupNote({ group }: { group: MigrationGroup }) {
  const t = await getTranslations("migrations");
  return t("list.count", { count: group.total });
}
