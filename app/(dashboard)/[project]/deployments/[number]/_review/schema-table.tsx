import { useTranslations } from "next-intl";
import { colorSql } from "@/components/sql-text";
import type { SchemaChange } from "@/lib/core/diff/describe";

const SIGNS = { added: "+", removed: "−", changed: "~" } as const;
const ROWS = { added: "add", removed: "del", changed: "chg" } as const;
/** A body of a function or view is read in the diff below; here its first lines say which one it is. */
const MOST = 400;

/** The schema change object by object, as the catalogs of the shadow tell it. */
export function SchemaTable({ changes }: { changes: SchemaChange[] }) {
  const t = useTranslations("deployments.schema");
  return (
    <table className="tbl schema" style={{ tableLayout: "fixed" }}>
      <colgroup>
        <col style={{ width: 36 }} />
        <col style={{ width: 168 }} />
        <col style={{ width: "31%" }} />
        <col />
      </colgroup>
      <thead>
        <tr>
          <th className="sign">
            <span className="sr">{t("change")}</span>
          </th>
          <th>{t("what")}</th>
          <th>{t("before")}</th>
          <th>{t("after")}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={`${change.kind} ${change.name} ${change.change}`} className={ROWS[change.change]}>
            <td className="sign" aria-hidden="true">
              {SIGNS[change.change]}
            </td>
            <td>
              {t("line", {
                kind: t(`kinds.${change.kind}`),
                change: change.change,
                part: change.only ?? "none",
              })}
              {change.relation ? <code className="second">{change.relation}</code> : null}
            </td>
            <Side text={change.before} className="was" />
            <Side text={change.after} className="is" />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Side({ text, className }: { text: string | null; className: string }) {
  if (!text) return <td />;
  const short = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
  return (
    <td className={className}>
      <code className="whitespace-pre-wrap break-words">{colorSql(short)}</code>
    </td>
  );
}
