import type { ReactNode } from "react";
import { Section } from "@/components/page";
import { ScrollBox } from "@/components/scroll-box";

interface TableSectionProps {
  title: string;
  note?: ReactNode;
  className?: string;
  /** Words above the columns, and those that hold numbers. */
  heads: { label: string; numbers?: boolean }[];
  /** The heads say nothing that the rows do not show: for screen readers alone. */
  plainHeads?: boolean;
  /** "cols-table" or "parts-table". */
  layout?: string;
  /** The rows. */
  children: ReactNode;
}

/** A heading and its table, which scrolls where it is wider than the page. */
export function TableSection({
  title,
  note,
  className,
  heads,
  plainHeads,
  layout,
  children,
}: TableSectionProps) {
  return (
    <Section title={title} {...(note === undefined ? {} : { note })} {...(className ? { className } : {})}>
      <ScrollBox className="panel scroll-x" label={title}>
        <table className={layout ? `tbl ${layout}` : "tbl"}>
          <caption className="sr-only">{title}</caption>
          <thead className={plainHeads ? "sr-only" : undefined}>
            <tr>
              {heads.map(({ label, numbers }) => (
                <th key={label} scope="col" className={numbers ? "num" : undefined}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </ScrollBox>
    </Section>
  );
}
