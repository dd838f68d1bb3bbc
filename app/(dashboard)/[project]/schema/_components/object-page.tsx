import Link from "next/link";
import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/copy-button";
import { Bytes, Count } from "@/components/figures";
import { LinkArrow } from "@/components/link-arrow";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { SqlText } from "@/components/sql-text";
import type { ObjectView, SchemaView } from "@/lib/operations/schema/views";
import { ColumnsTable } from "./columns-table";
import { Dependencies } from "./dependencies";
import { IndexesTable } from "./indexes-table";
import { diagramHref, schemaHref } from "./links";
import { Grants, Parts } from "./parts";

interface Props {
  project: string;
  targetId: string;
  object: ObjectView;
  read: NonNullable<SchemaView["read"]>;
}

/** Everything about one object, from top to bottom. */
export function ObjectPage({ project, targetId, object, read }: Props) {
  const t = useTranslations("schema");
  const { columns, indexes, constraints, policies, triggers, others, labels } = object;
  const rowSecurity = object.facts.some((fact) => fact.key.startsWith("row_security"));
  return (
    <article className="object">
      <ObjectHead project={project} targetId={targetId} object={object} read={read} />
      {columns.length > 0 ? <ColumnsTable project={project} targetId={targetId} columns={columns} /> : null}
      {labels.length > 0 ? (
        <Section title={t("labels")} note={t("inOrder")}>
          <ol className="panel labels">
            {labels.map((label) => (
              <li key={label}>
                <code>{label}</code>
              </li>
            ))}
          </ol>
        </Section>
      ) : null}
      {indexes.length > 0 ? <IndexesTable indexes={indexes} read={read} /> : null}
      <Parts title={t("constraints")} parts={constraints} />
      <Parts
        title={t("policies")}
        note={policies.length > 0 && !rowSecurity ? t("policiesOff") : null}
        parts={policies}
      />
      <Parts title={t("triggers")} parts={triggers} />
      <Parts title={t("others")} parts={others} withKind />
      <Dependencies project={project} targetId={targetId} object={object} />
      <Grants grants={object.grants} />
      <Section
        title={t("definition")}
        note={t("definitionNote")}
        right={<CopyButton text={object.definition} label={t("definition")} />}
      >
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <div className="panel definition" tabIndex={0} role="group" aria-label={t("definition")}>
          <SqlText sql={object.definition} block />
        </div>
      </Section>
    </article>
  );
}

function ObjectHead({ project, targetId, object, read }: Props) {
  const t = useTranslations("schema");
  const kinds = useTranslations("deployments.schema.kinds");
  const { row, statistics } = object;
  const isTable = row.group === "tables";
  return (
    <header className="object-head">
      <p className="back">
        <Link className="link" href={schemaHref(project, targetId)}>
          {t("allObjects")}
        </Link>
      </p>
      <div className="object-title">
        <h2>
          <span className="kind">{kinds(row.kind as "table")}</span>{" "}
          <code>
            {row.schema ? <span className="muted">{row.schema}.</span> : null}
            {row.name}
          </code>
        </h2>
        {isTable ? (
          <LinkArrow href={diagramHref(project, targetId, { focus: row.id })}>{t("inDiagram")}</LinkArrow>
        ) : null}
      </div>
      {object.comment ? <p className="object-comment">{object.comment}</p> : null}
      <dl className="object-facts">
        {isTable || row.group === "materialized_views" ? (
          <Fact name={t("rows")}>
            {row.rows === null ? (
              <span className="muted">{t("notAnalyzed")}</span>
            ) : (
              t.rich("about", { count: () => <Count key="n" value={row.rows ?? 0} /> })
            )}
          </Fact>
        ) : null}
        {row.bytes !== null ? (
          <Fact name={t("size")}>
            {read.estimated ? (
              t.rich("about", { count: () => <Bytes key="n" bytes={row.bytes ?? 0} /> })
            ) : (
              <Bytes bytes={row.bytes} />
            )}
          </Fact>
        ) : null}
        {statistics?.tableScans !== null && statistics?.tableScans !== undefined ? (
          <Fact name={t("fullScans")}>
            <Count value={statistics.tableScans} />
          </Fact>
        ) : null}
        {statistics?.lastAnalyze ? (
          <Fact name={t("analyzed")}>
            <RelativeTime at={statistics.lastAnalyze} />
          </Fact>
        ) : null}
        {object.owner ? (
          <Fact name={t("owner")}>
            <code>{object.owner}</code>
          </Fact>
        ) : null}
        {object.facts.map((fact) => (
          <Fact key={fact.key} name={t(`fact.${fact.key}`)}>
            {"value" in fact ? <code>{fact.value}</code> : t("yes")}
          </Fact>
        ))}
      </dl>
    </header>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
