import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "./class-names";

export interface Column<Row> {
  key: string;
  /** Empty headings need `label`. */
  header: ReactNode;
  /** For screen readers when the heading is empty. */
  label?: string;
  cell: (row: Row) => ReactNode;
  /** Right-aligned figures. */
  num?: boolean;
  /** CSS width; the first column without one takes the rest. */
  width?: string;
  /** Left out on a phone. */
  wideOnly?: boolean;
  /** On a phone, written before the value; without it the value stands alone. */
  phoneLabel?: string;
}

interface DataTableProps<Row> {
  /** What the table lists, for screen readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** The row's page: the first column becomes its link, the whole row is its area, j/k/enter walk the rows. */
  rowHref?: (row: Row) => string;
  /** In place of rows when there are none. */
  empty?: ReactNode;
}

/** A list in a panel; on a phone each row becomes a block. Rendered on the server. */
export function DataTable<Row>({ caption, columns, rows, rowKey, rowHref, empty }: DataTableProps<Row>) {
  if (rows.length === 0 && empty) return <>{empty}</>;
  return (
    <div className="panel">
      <table className="tbl list" data-list={rowHref ? "" : undefined}>
        <caption className="sr-only">{caption}</caption>
        <colgroup>
          {columns.map((column) => (
            <col
              key={column.key}
              style={column.width ? { width: column.width } : undefined}
              className={cn(column.wideOnly && "wide-only")}
            />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={cn(column.num && "num", column.wideOnly && "wide-only")}
              >
                {column.header}
                {column.label ? <span className="sr-only">{column.label}</span> : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className={cn(rowHref && "linked")}>
              {columns.map((column, index) => (
                <td
                  key={column.key}
                  className={cn(column.num && "num", column.wideOnly && "wide-only")}
                  data-l={column.phoneLabel}
                >
                  {index === 0 && rowHref ? (
                    <Link href={rowHref(row)} data-row-link="" className="row-link" prefetch={false}>
                      {column.cell(row)}
                    </Link>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
