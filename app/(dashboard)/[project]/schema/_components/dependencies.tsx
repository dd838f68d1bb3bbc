import Link from "next/link";
import { useTranslations } from "next-intl";
import { Section } from "@/components/page";
import type { DependencyView, ObjectView } from "@/lib/operations/schema/views";
import { schemaHref } from "./links";

interface Props {
  project: string;
  targetId: string;
  object: ObjectView;
}

/** Who uses this, and whom it uses. */
export function Dependencies({ project, targetId, object }: Props) {
  const t = useTranslations("schema");
  const hrefOf = (id: string) => schemaHref(project, targetId, id);
  return (
    <div className="cols even">
      <Section title={t("usedBy")} note={countOf(object.usedBy, object.moreUsedBy)}>
        <List list={object.usedBy} more={object.moreUsedBy} none={t("usedByNone")} hrefOf={hrefOf} />
      </Section>
      <Section title={t("uses")} note={countOf(object.uses, object.moreUses)}>
        <List list={object.uses} more={object.moreUses} none={t("usesNone")} hrefOf={hrefOf} />
      </Section>
    </div>
  );
}

function countOf(list: DependencyView[], more: number): string | null {
  return list.length === 0 ? null : String(list.length + more);
}

interface ListProps {
  list: DependencyView[];
  more: number;
  none: string;
  hrefOf: (id: string) => string;
}

function List({ list, more, none, hrefOf }: ListProps) {
  const t = useTranslations("schema");
  const kinds = useTranslations("deployments.schema.kinds");
  if (list.length === 0) return <p className="panel p-4 muted">{none}</p>;
  return (
    <ul className="panel deps">
      {list.map((other) => (
        <li key={other.id}>
          <Link href={hrefOf(other.id)} data-row-link="">
            <span className="kind">{kinds(other.kind as "table")}</span>
            <span className="min-w-0">
              <code>
                {other.schema ? <span className="muted">{other.schema}.</span> : null}
                {other.name}
              </code>
              {other.ways.map((way) => (
                <Way key={`${way.via} ${way.fromPart} ${way.toPart}`} way={way} />
              ))}
            </span>
          </Link>
        </li>
      ))}
      {more > 0 ? <li className="p-3 muted">{t("andMore", { count: more })}</li> : null}
    </ul>
  );
}

/** "foreign key orders_customer_id_fkey → customers_pkey"; nothing where the objects as such are all there is. */
function Way({ way }: { way: DependencyView["ways"][number] }) {
  const t = useTranslations("schema");
  if (way.via === "text") return <span className="second">{t("wayText")}</span>;
  if (way.fromPart === "" && way.toPart === "") return null;
  return (
    <span className="second">
      {way.fromPart !== "" ? <code>{way.fromPart}</code> : null}
      {way.toPart !== "" ? (
        <>
          {" → "}
          <code>{way.toPart}</code>
        </>
      ) : null}
    </span>
  );
}
