import { useTranslations } from "next-intl";
import { Bytes, Count } from "@/components/figures";
import { Mark } from "@/components/mark";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { ScrollBox } from "@/components/scroll-box";
import { SqlText } from "@/components/sql-text";
import type { IndexView, SchemaView } from "@/lib/operations/schema/views";

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
    <Section title={t("indexes")} note={note}>
      <ScrollBox className="panel scroll-x" label={t("indexes")}>
        <table className="tbl">
          <caption className="sr-only">{t("indexes")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("index.name")}</th>
              <th scope="col">{t("index.on")}</th>
              <th scope="col" className="num">
                {t("size")}
              </th>
              <th scope="col" className="num">
                {t("index.scans")}
              </th>
            </tr>
          </thead>
          <tbody>
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
          </tbody>
        </table>
      </ScrollBox>
    </Section>
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
