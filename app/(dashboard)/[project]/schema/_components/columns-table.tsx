import Link from "next/link";
import { useTranslations } from "next-intl";
import { Icon } from "@/components/icon";
import { SqlText } from "@/components/sql-text";
import type { ColumnView } from "@/lib/operations/schema/views";
import { schemaHref } from "./links";
import { TableSection } from "./table-section";

export function ColumnsTable({
  project,
  targetId,
  columns,
}: {
  project: string;
  targetId: string;
  columns: ColumnView[];
}) {
  const t = useTranslations("schema");
  return (
    <TableSection
      title={t("columns")}
      note={String(columns.length)}
      layout="cols-table"
      heads={(["name", "type", "null", "default", "references"] as const).map((one) => ({
        label: t(`column.${one}`),
      }))}
    >
      {columns.map((column) => (
        <tr key={column.name}>
          <th scope="row" className="row-head">
            <code>{column.name}</code>
            {column.key ? (
              <span className="key-mark" title={t("column.key")}>
                <Icon name="key" small />
                <span className="sr-only">{t("column.key")}</span>
              </span>
            ) : null}
            {column.comment ? <span className="second">{column.comment}</span> : null}
          </th>
          <td>
            <code className="sql-t">{column.type}</code>
            {column.collation ? (
              <span className="second">{t("column.collation", { name: column.collation })}</span>
            ) : null}
          </td>
          <td className={column.notNull ? undefined : "muted"}>
            {column.notNull ? t("column.never") : t("column.may")}
          </td>
          <td>
            <Value column={column} />
          </td>
          <td>
            {column.references.map((other) => (
              <Link key={other.id} className="link" href={schemaHref(project, targetId, other.id)}>
                <code>{other.name}</code>
              </Link>
            ))}
          </td>
        </tr>
      ))}
    </TableSection>
  );
}

function Value({ column }: { column: ColumnView }) {
  const t = useTranslations("schema");
  if (column.identity) return <span className="muted">{t(`column.identity.${column.identity}`)}</span>;
  if (column.generated) {
    return (
      <>
        <SqlText sql={column.generated.expression} />
        <span className="second">{t(column.generated.stored ? "column.stored" : "column.virtual")}</span>
      </>
    );
  }
  return column.default === null ? null : <SqlText sql={column.default} />;
}
