import { getTranslations } from "next-intl/server";
import { EnvironmentLine } from "@/components/environment";
import { EmptyState } from "@/components/states";
import { getDiagram } from "@/lib/operations/schema/diagram";
import { getSchema } from "@/lib/operations/schema/get";
import { runForPage } from "@/lib/transport/action";
import { loadTargets } from "../_components/load";
import { NoTargets } from "../_components/no-targets";
import { FirstReading } from "../_components/read-now";
import { SchemaHead } from "../_components/schema-head";
import { DiagramBar } from "./_diagram/bar";
import { DiagramList } from "./_diagram/list";
import { DiagramLoader } from "./_diagram/loader";
import { type DiagramQuery, readDiagramQuery } from "./_diagram/query";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata() {
  const t = await getTranslations("schema");
  return { title: t("diagram.title") };
}

export default async function DiagramPage({ params, searchParams }: PageProps) {
  const [{ project }, asked, t] = await Promise.all([params, searchParams, getTranslations("schema")]);
  const { role, targets } = await loadTargets(project);
  const target = targets.find((one) => one.id === asked.target) ?? targets[0];
  if (!target) return <NoTargets project={project} role={role} title={t("diagram.title")} />;
  const query = readDiagramQuery(asked, target.id);
  const view = await runForPage(getSchema, { targetId: target.id });
  return (
    <div className="ed-page schema-page">
      <EnvironmentLine color={target.environment.color} />
      <SchemaHead project={project} targets={targets} view={view} here="diagram" />
      {view.read ? (
        <Diagram project={project} query={query} version={view.read.at} />
      ) : (
        <div className="page">
          <FirstReading
            key={target.id}
            project={project}
            targetId={target.id}
            database={view.target.database}
          />
        </div>
      )}
    </div>
  );
}

async function Diagram({
  project,
  query,
  version,
}: {
  project: string;
  query: DiagramQuery;
  version: string;
}) {
  const t = await getTranslations("schema");
  const { target, schema, focus, depth, deployment, list } = query;
  const diagram = await runForPage(getDiagram, {
    targetId: target,
    depth,
    ...(schema === null ? {} : { schema }),
    ...(focus === null ? {} : { focus }),
    ...(deployment === null ? {} : { deployment }),
  });
  return (
    <div className="dg">
      <DiagramBar project={project} query={query} diagram={diagram} />
      {diagram.tables.length === 0 && !diagram.deployment ? (
        <div className="page">
          <EmptyState title={t("diagram.none")} text={t("diagram.noneText")} />
        </div>
      ) : list ? (
        <DiagramList project={project} targetId={target} diagram={diagram} />
      ) : (
        <DiagramLoader
          key={`${JSON.stringify(query)} ${version}`}
          project={project}
          query={query}
          diagram={diagram}
        />
      )}
    </div>
  );
}
