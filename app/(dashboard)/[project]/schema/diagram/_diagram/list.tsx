import Link from "next/link";
import { useTranslations } from "next-intl";
import type { DiagramView } from "@/lib/operations/schema/views";
import { diagramHref, schemaHref } from "../../_components/links";

/** The same as a table: which table refers to which, and who refers to it. */
export function DiagramList({
  project,
  targetId,
  diagram,
}: {
  project: string;
  targetId: string;
  diagram: DiagramView;
}) {
  const t = useTranslations("schema.diagram");
  const byOrdinal = new Map(diagram.tables.map((table) => [table.ordinal, table]));
  const change = new Map((diagram.deployment?.changes ?? []).map((one) => [one.table, one]));
  const names = (ordinals: number[]) =>
    [...new Set(ordinals)].flatMap((ordinal) => {
      const other = byOrdinal.get(ordinal);
      return other ? [other] : [];
    });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className="dg-list" tabIndex={0} role="region" aria-label={t("list")}>
      <div className="panel">
        <table className="tbl">
          <caption className="sr-only">{t("list")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("table")}</th>
              <th scope="col">{t("refersTo")}</th>
              <th scope="col">{t("referredBy")}</th>
              {diagram.deployment ? (
                <th scope="col">{t("changes", { number: diagram.deployment.number })}</th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {diagram.tables.map((table) => (
              <tr key={table.ordinal}>
                <th scope="row" className="row-head">
                  <Link className="link" href={schemaHref(project, targetId, table.id)}>
                    <code>
                      {table.schema}.{table.name}
                    </code>
                  </Link>
                </th>
                <Names
                  href={(id) => diagramHref(project, targetId, { focus: id })}
                  tables={names(diagram.edges.filter((e) => e.from === table.ordinal).map((e) => e.to))}
                />
                <Names
                  href={(id) => diagramHref(project, targetId, { focus: id })}
                  tables={names(diagram.edges.filter((e) => e.to === table.ordinal).map((e) => e.from))}
                />
                {diagram.deployment ? (
                  <td>
                    {change.get(`${table.schema}.${table.name}`)?.lines.map((line) => (
                      <span key={`${line.kind} ${line.name}`} className="second">
                        {t(`change.${line.change}`)} <code>{line.name}</code>
                      </span>
                    ))}
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Names({ tables, href }: { tables: DiagramView["tables"]; href: (id: string) => string }) {
  return (
    <td>
      {tables.map((table) => (
        <Link key={table.id} className="link dg-name" href={href(table.id)}>
          <code>{table.name}</code>
        </Link>
      ))}
    </td>
  );
}
