import { useLocale, useTranslations } from "next-intl";
import { cn } from "@/components/class-names";
import { formatBytes, formatCount, formatDuration } from "@/components/format";
import { Mark } from "@/components/mark";
import type { Finding } from "@/lib/core/risk/types";
import { LOCK_MODES } from "@/lib/core/sql/types";
import type { RelationSize, StatementView } from "@/lib/operations/deployment/views";
import { FindingTitle } from "./finding-text";
import { LongSql } from "./long-sql";

interface StatementRowProps {
  statement: StatementView;
  finding: Finding | null;
  /** Several tables are touched, so each row says which. */
  nameRelation: boolean;
}

export function StatementRow({ statement, finding, nameRelation }: StatementRowProps) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const severity = statement.error ? "danger" : statement.finding?.severity;
  return (
    <tr
      className={cn(severity === "danger" && "hot", severity === "warning" && "warm")}
      id={`statement-${statement.number}`}
    >
      <td className="num">{statement.number}</td>
      <td className="st">
        <LongSql sql={statement.sql} />
        <Remark statement={statement} finding={finding} />
      </td>
      <LockCell
        statement={statement}
        nameRelation={nameRelation}
        strong={severity === "danger" || severity === "warning"}
      />
      <SizeCell sizes={statement.rewrites} label={t("statements.rewritesLabel")} />
      <SizeCell sizes={statement.scans} label={t("statements.scansLabel")} />
      <td className={cn("num", !statement.rows && "none no-val")} data-l={t("statements.rowsLabel")}>
        {statement.rows ? formatCount(statement.rows, locale) : "–"}
      </td>
      <td
        className={cn("num", statement.durationMs === null && "none no-val")}
        data-l={t("statements.takesLabel")}
      >
        {statement.durationMs === null
          ? "–"
          : statement.durationMs < 10
            ? t("statements.under10")
            : formatDuration(statement.durationMs, locale)}
      </td>
    </tr>
  );
}

function Remark({ statement, finding }: { statement: StatementView; finding: Finding | null }) {
  const t = useTranslations("deployments");
  if (statement.error) {
    return (
      <span className="second">
        <Mark meaning="danger">{t("statements.fails")}</Mark> {statement.error.message}
      </span>
    );
  }
  if (finding && statement.finding) {
    return (
      <span className="second">
        <Mark meaning={finding.severity} />{" "}
        <a className="hover:underline" href={`#finding-${statement.finding.index}`}>
          <FindingTitle finding={finding} />
        </a>
        {finding.fix ? (
          <>
            {"; "}
            <a className="link" href={`#finding-${statement.finding.index}`}>
              {t("statements.safeForm")}
            </a>
          </>
        ) : null}
      </span>
    );
  }
  if (!statement.tried && statement.whyNotCode) {
    const why = t(`statements.whyNot.${statement.whyNotCode}`, { extension: statement.extension ?? "" });
    return (
      <span className="second" title={statement.whyNot ?? undefined}>
        {why}
      </span>
    );
  }
  return null;
}

function LockCell({
  statement,
  nameRelation,
  strong,
}: {
  statement: StatementView;
  nameRelation: boolean;
  strong: boolean;
}) {
  const t = useTranslations("deployments");
  const strongest = [...statement.locks].sort(
    (a, b) => LOCK_MODES.indexOf(b.mode) - LOCK_MODES.indexOf(a.mode),
  )[0];
  const nothing = statement.blocks === "nothing";
  const others = statement.locks.length - 1;
  // It is done, and is not done again.
  if (statement.whyNotCode === "in_effect")
    return (
      <td className="lock none" data-l={t("statements.blocksLabel")}>
        –
      </td>
    );
  return (
    <td className={cn("lock", nothing ? "none" : strong && "hard")} data-l={t("statements.blocksLabel")}>
      {t(`blocks.${statement.blocks}`)}
      {nameRelation && !nothing && strongest ? (
        <span
          className="second rel"
          title={statement.locks.map((lock) => `${lock.relation} ${lock.mode}`).join("\n")}
        >
          {t("statements.on", { relation: strongest.relation, others: Math.max(0, others) })}
        </span>
      ) : null}
      {strongest ? <span className="second">{strongest.mode}</span> : null}
    </td>
  );
}

/** Bytes where the target said how large the table is, else only that it happens. */
function SizeCell({ sizes, label }: { sizes: RelationSize[]; label: string }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  if (sizes.length === 0) return <td className="num none no-val">–</td>;
  const known = sizes.every((size) => size.bytes !== null);
  const bytes = sizes.reduce((sum, size) => sum + (size.bytes ?? 0), 0);
  return (
    <td className="num" data-l={label} title={sizes.map((size) => size.relation).join(", ")}>
      {known ? formatBytes(bytes, locale) : t("statements.yes")}
    </td>
  );
}
