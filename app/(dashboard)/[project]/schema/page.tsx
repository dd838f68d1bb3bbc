import { getTranslations } from "next-intl/server";
import { cn } from "@/components/class-names";
import { EnvironmentLine } from "@/components/environment";
import { Note } from "@/components/states";
import { getSchema } from "@/lib/operations/schema/get";
import { getSchemaObject } from "@/lib/operations/schema/object";
import type { SchemaView } from "@/lib/operations/schema/views";
import { runForPage } from "@/lib/transport/action";
import { SchemaBrowser } from "./_components/browser";
import { loadTargets } from "./_components/load";
import { NoTargets } from "./_components/no-targets";
import { ObjectPage } from "./_components/object-page";
import { FirstReading } from "./_components/read-now";
import { SchemaHead } from "./_components/schema-head";
import { SchemaSummary } from "./_components/schema-summary";

interface PageProps {
  params: Promise<{ project: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata() {
  const t = await getTranslations("schema");
  return { title: t("title") };
}

export default async function SchemaPage({ params, searchParams }: PageProps) {
  const [{ project }, query, t] = await Promise.all([params, searchParams, getTranslations("schema")]);
  const { role, targets } = await loadTargets(project);
  const target = targets.find((one) => one.id === query.target) ?? targets[0];
  if (!target) return <NoTargets project={project} role={role} title={t("title")} />;
  const id = typeof query.object === "string" && query.object !== "" ? query.object : null;
  const view = await runForPage(getSchema, { targetId: target.id });
  const object = id && view.read ? await runForPage(getSchemaObject, { targetId: target.id, id }) : null;
  return (
    <div className={cn("ed-page schema-page", id && "has-object")}>
      <EnvironmentLine color={target.environment.color} />
      <SchemaHead project={project} targets={targets} view={view} here="objects" />
      {view.read ? (
        <div className="sb">
          <section className="sb-left" aria-label={t("objects")}>
            <SchemaBrowser
              key={target.id}
              project={project}
              targetId={target.id}
              groups={view.read.groups}
              version={view.read.at}
              chosen={id ? { id, ordinal: object?.row.ordinal ?? null } : null}
              text={typeof query.q === "string" ? query.q : ""}
            />
          </section>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <div className="sb-right" tabIndex={0} role="region" aria-label={object?.row.name ?? t("summary")}>
            {view.read.outdated ? <Note meaning="warning">{t("outdated")}</Note> : null}
            {object ? (
              <ObjectPage project={project} targetId={target.id} object={object} read={view.read} />
            ) : (
              <SchemaSummary
                project={project}
                targetId={target.id}
                read={view.read as NonNullable<SchemaView["read"]>}
                missing={id}
              />
            )}
          </div>
        </div>
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
