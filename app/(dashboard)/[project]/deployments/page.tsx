import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Page, PageHead } from "@/components/page";
import { Pager } from "@/components/pager";
import { Button } from "@/components/ui/button";
import { can } from "@/lib/access/permissions";
import { DEPLOYMENT_FILTERS, listDeploymentsAlone } from "@/lib/operations/deployment/list";
import { getFrame } from "@/lib/operations/frame/get";
import { getPlaces } from "@/lib/operations/frame/places";
import { runForPage } from "@/lib/transport/action";
import { DeploymentsTable } from "./_components/deployments-table";
import { Filters } from "./_components/filters";
import { id, one, pageHref, type SearchParams } from "./_components/list-query";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: SearchParams;
}

export async function generateMetadata() {
  const t = await getTranslations("deployments");
  return { title: t("list.title") };
}

export default async function DeploymentsPage({ params, searchParams }: PageProps) {
  const [{ project }, query, t] = await Promise.all([params, searchParams, getTranslations("deployments")]);
  const asked = one(query, "state");
  const filter =
    asked && asked in DEPLOYMENT_FILTERS ? (asked as keyof typeof DEPLOYMENT_FILTERS) : undefined;
  const serviceId = id(query, "service");
  const environmentId = id(query, "environment");
  const after = one(query, "after");
  const [page, places, frame] = await Promise.all([
    runForPage(listDeploymentsAlone, {
      project,
      ...(filter ? { filter } : {}),
      ...(serviceId ? { serviceId } : {}),
      ...(environmentId ? { environmentId } : {}),
      ...(after && /^\d{1,9}$/.test(after) ? { after } : {}),
    }),
    runForPage(getPlaces, { project }),
    runForPage(getFrame, { project }),
  ]);
  const path = `/${project}/deployments`;
  const mayCreate = can(frame.role, "deployment.create");
  const filtered = Boolean(filter || serviceId || environmentId);
  const isEmpty = page.rows.length === 0 && !filtered && !after;
  return (
    <Page>
      <PageHead
        title={t("list.title")}
        facts={[t("list.text")]}
        actions={
          mayCreate && !isEmpty ? (
            <Button asChild variant="go">
              <Link href={`${path}/new`} data-new="">
                {t("list.new")} <kbd>n</kbd>
              </Link>
            </Button>
          ) : null
        }
      />
      <div className="sec first">
        {isEmpty ? null : (
          <Filters
            action={path}
            state={{
              name: "state",
              value: filter ?? "",
              options: [
                { value: "", label: t("list.allStates") },
                ...Object.keys(DEPLOYMENT_FILTERS).map((key) => ({
                  value: key,
                  label: t(`list.filters.${key as keyof typeof DEPLOYMENT_FILTERS}`),
                })),
              ],
            }}
            services={places.services}
            environments={places.environments}
            service={serviceId ?? ""}
            environment={environmentId ?? ""}
          />
        )}
        <DeploymentsTable
          project={project}
          rows={page.rows}
          filtered={filtered || Boolean(after)}
          mayCreate={mayCreate}
        />
        <Pager first={after ? pageHref(path, query, "") : null} next={pageHref(path, query, page.next)} />
      </div>
    </Page>
  );
}
