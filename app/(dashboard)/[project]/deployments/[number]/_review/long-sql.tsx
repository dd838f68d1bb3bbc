import { useTranslations } from "next-intl";
import { SqlText } from "@/components/sql-text";

const SHOWN = 8;

/** A statement with its lines; long ones show their first lines and open on demand. */
export function LongSql({ sql }: { sql: string }) {
  const t = useTranslations("deployments");
  const lines = sql.split("\n");
  if (lines.length <= SHOWN + 2 && sql.length < 1200) return <SqlText sql={sql} block />;
  const head = lines.slice(0, SHOWN).join("\n").slice(0, 1000);
  return (
    <details className="long-sql">
      <summary>
        <SqlText sql={`${head}…`} block />
        <span className="link more">{t("statements.allLines", { count: lines.length })}</span>
      </summary>
      <SqlText sql={sql} block />
    </details>
  );
}
