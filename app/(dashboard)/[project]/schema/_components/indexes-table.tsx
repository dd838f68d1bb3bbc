import { useTranslations } from "next-intl";
import { Bytes, Count } from "@/components/figures";
import { Mark } from "@/components/mark";
import { RelativeTime } from "@/components/relative-time";
import { SqlText } from "@/components/sql-text";
import type { IndexView, SchemaView } from "@/lib/operations/schema/views";
import { TableSection } from "./table-section";

/** Indexes with what they cost and whether anybody uses them. */
export function IndexesTable({
  indexes,
  read,
}: {
  indexes: IndexView[];
  read: NonNullable<SchemaView["read"]>;
}) {
  const t = useTranslations("schema");
  const note = read.countedSince
    ? t.rich("index.since", { at: () => <RelativeTime key="at" at={read.countedSince ?? ""} /> })
    : t("index.always");
  return (
    <TableSection
      title={t("indexes")}
      note={note}
      heads={[
        { label: t("index.name") },
        { label: t("index.on") },
        { label: t("size"), numbers: true },
        { label: t("index.scans"), numbers: true },
      ]}
    >
      {indexes.map((index) => (
        <tr key={index.name}>
          <th scope="row" className="row-head">
            <code>{index.name}</code>
            <span className="second">
              <IndexKind index={index} />
            </span>
          </th>
          <td>
            <SqlText sql={index.definition} />
            {index.comment ? <span className="second">{index.comment}</span> : null}
          </td>
          <td className="num nowrap">{index.bytes === null ? "–" : <Bytes bytes={index.bytes} />}</td>
          <td className="num nowrap">
            <Use index={index} />
          </td>
        </tr>
      ))}
    </TableSection>
  );
}

function IndexKind({ index }: { index: IndexView }) {
  const t = useTranslations("schema");
  if (!index.valid) return <Mark meaning="warning">{t("index.invalid")}</Mark>;
  if (index.constraint) return t(`index.of.${index.constraint}`);
  return index.unique ? t("index.unique") : t("index.plain");
}

/** A key is needed even when nobody reads by it; another index that nobody uses only costs. */
function Use({ index }: { index: IndexView }) {
  const t = useTranslations("schema");
  if (index.scans === null) return "–";
  if (index.scans === 0 && !index.unique && index.constraint === null)
    return <Mark meaning="notice">{t("index.unused")}</Mark>;
  return (
    <>
      <Count value={index.scans} />
      {index.lastUsed ? (
        <span className="second">
          <RelativeTime at={index.lastUsed} />
        </span>
      ) : null}
    </>
  );
}
