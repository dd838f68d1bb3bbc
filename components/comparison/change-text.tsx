import { useTranslations } from "next-intl";
import type { SchemaChange } from "@/lib/core/diff/describe";

/** "column total", "table orders: owner": what a line of a comparison is about. */
export function ChangeText({ change }: { change: SchemaChange }) {
  const t = useTranslations("compare");
  const kinds = useTranslations("deployments.schema.kinds");
  const name =
    change.relation !== null && change.name.startsWith(`${change.relation}.`)
      ? change.name.slice(change.relation.length + 1)
      : change.name;
  return (
    <>
      <span className="cmp-kind">{kinds(change.kind)}</span> <code>{name}</code>
      {change.only ? <span className="muted"> {t(`only.${change.only}`)}</span> : null}
    </>
  );
}
