import { getTranslations } from "next-intl/server";
import { Page, PageHead } from "@/components/page";
import { Pager } from "@/components/pager";
import { getPlaces } from "@/lib/operations/frame/places";
import { listRuns } from "@/lib/operations/run/list";
import { runForPage } from "@/lib/transport/action";
import { Filters } from "../deployments/_components/filters";
import { id, one, pageHref, type SearchParams } from "../deployments/_components/list-query";
import { RunsTable } from "./runs-table";

const STATES = ["queued", "running", "succeeded", "failed", "cancelled", "in_doubt"] as const;

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: SearchParams;
}

export async function generateMetadata() {
  const t = await getTranslations("deployments");
  return { title: t("runs.title") };
}

export default async function RunsPage({ params, searchParams }: PageProps) {
  const [{ project }, query, t] = await Promise.all([params, searchParams, getTranslations("deployments")]);
  const state = STATES.find((known) => known === one(query, "state"));
  const serviceId = id(query, "service");
  const environmentId = id(query, "environment");
  const after = one(query, "after");
  const [page, places] = await Promise.all([
    runForPage(listRuns, {
      project,
      ...(state ? { state } : {}),
      ...(serviceId ? { serviceId } : {}),
      ...(environmentId ? { environmentId } : {}),
      ...(after ? { after } : {}),
    }),
    runForPage(getPlaces, { project }),
  ]);
  const path = `/${project}/runs`;
  const filtered = Boolean(state || serviceId || environmentId || after);
  return (
    <Page>
      <PageHead title={t("runs.title")} facts={[t("runs.text")]} />
      <div className="sec first">
        {page.rows.length > 0 || filtered ? (
          <Filters
            action={path}
            state={{
              name: "state",
              value: state ?? "",
              options: [
                { value: "", label: t("list.allStates") },
                ...STATES.map((key) => ({ value: key, label: t(`state.${key}`) })),
              ],
            }}
            services={places.services}
            environments={places.environments}
            service={serviceId ?? ""}
            environment={environmentId ?? ""}
          />
        ) : null}
        <RunsTable project={project} rows={page.rows} filtered={filtered} />
        <Pager first={after ? pageHref(path, query, "") : null} next={pageHref(path, query, page.next)} />
      </div>
    </Page>
  );
}
