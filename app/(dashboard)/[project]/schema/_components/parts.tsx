import { useLocale, useTranslations } from "next-intl";
import { Mark } from "@/components/mark";
import { SqlText } from "@/components/sql-text";
import type { GrantView, PartView } from "@/lib/operations/schema/views";
import { TableSection } from "./table-section";

interface PartsProps {
  title: string;
  note?: string | null;
  parts: PartView[];
  /** Say what each is: the list holds different kinds. */
  withKind?: boolean;
}

/** Constraints, policies, triggers …: a name and its text. Nothing when there are none. */
export function Parts({ title, note, parts, withKind }: PartsProps) {
  const t = useTranslations("schema");
  const kinds = useTranslations("deployments.schema.kinds");
  if (parts.length === 0) return null;
  return (
    <TableSection
      title={title}
      note={note ?? String(parts.length)}
      layout="parts-table"
      heads={[{ label: t("column.name") }, { label: t("definition") }]}
      plainHeads
    >
      {parts.map((part) => (
        <tr key={`${part.kind} ${part.name}`}>
          <th scope="row" className="row-head">
            <code>{part.name}</code>
            {withKind || part.kind !== "trigger" ? (
              <span className="second">{kinds(part.kind as "check")}</span>
            ) : null}
          </th>
          <td>
            <SqlText sql={part.definition} block />
            {part.marks.map((mark) => (
              <span key={mark} className="second">
                <Mark meaning={mark === "disabled" || mark.startsWith("not_") ? "warning" : "notice"}>
                  {t(`mark.${mark}`)}
                </Mark>
              </span>
            ))}
            {part.comment ? <span className="second">{part.comment}</span> : null}
          </td>
        </tr>
      ))}
    </TableSection>
  );
}

/** Who may do what. */
export function Grants({ grants }: { grants: GrantView[] }) {
  const t = useTranslations("schema");
  const kinds = useTranslations("deployments.schema.kinds");
  const locale = useLocale();
  if (grants.length === 0) return null;
  const list = new Intl.ListFormat(locale, { type: "unit" });
  return (
    <TableSection
      title={t("grants")}
      layout="parts-table"
      heads={[{ label: t("grantee") }, { label: t("privileges") }]}
      plainHeads
    >
      {grants.map((grant) => (
        <tr key={`${grant.grantee} ${grant.part?.kind} ${grant.part?.name}`}>
          <th scope="row" className="row-head">
            {grant.grantee === "PUBLIC" ? t("everybody") : <code>{grant.grantee}</code>}
            {grant.part ? (
              <span className="second">
                {t("onPart", { kind: kinds(grant.part.kind as "column"), name: grant.part.name })}
              </span>
            ) : null}
          </th>
          <td>
            <code>
              {list.format(
                grant.privileges.map((one) =>
                  one.grantable ? t("grantable", { privilege: one.word }) : one.word,
                ),
              )}
            </code>
          </td>
        </tr>
      ))}
    </TableSection>
  );
}
