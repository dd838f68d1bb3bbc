"use client";

import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { formatCount, formatDuration } from "@/components/format";
import { Mark } from "@/components/mark";
import { Section } from "@/components/page";
import { Button } from "@/components/ui/button";
import type { ComparisonView } from "@/lib/operations/deployment/views";
import { useLive } from "../_live/live";
import { SchemaChange } from "../_review/schema-change";

/** After the run: the shadow's figures and the target's, and whether the schema is the foretold one. */
export function Comparison() {
  const t = useTranslations("deployments");
  const { run } = useLive();
  const [all, setAll] = useState(false);
  const comparison = run?.comparison;
  if (!comparison) return null;
  // What did not come to its end has no schema to compare.
  const stopped = run.state === "failed" || run.state === "cancelled";
  const statements = comparison.statements.filter((one) => one.actualMs !== null);
  const long = statements.length > LONG && !all;
  const shown = long ? statements.filter(standsOut) : statements;
  return (
    <>
      <Section title={t("compare.title")} note={t("compare.note")}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways on a phone must be reachable by keyboard. */}
        <div className="panel quiet-safe" tabIndex={0} role="group" aria-label={t("compare.title")}>
          <table className="tbl fixed-cols compare">
            <colgroup>
              <col style={{ width: 130 }} />
              <col style={{ width: 116 }} />
              <col />
              <col style={{ width: 112 }} />
              <col style={{ width: 220 }} />
            </colgroup>
            <thead>
              <tr>
                <th scope="col">{t("compare.step")}</th>
                <th scope="col" className="num">
                  {t("steps.foretold")}
                </th>
                <th scope="col">
                  <span className="scale">
                    <span>{t("compare.faster")}</span>
                    <span>{t("compare.asForetold")}</span>
                    <span>{t("compare.slower")}</span>
                  </span>
                </th>
                <th scope="col" className="num">
                  {t("steps.actual")}
                </th>
                <th scope="col">{t("compare.against")}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((statement) => (
                <StatementRow key={statement.position} statement={statement} />
              ))}
              {long ? <Rest count={statements.length - shown.length} onShow={() => setAll(true)} /> : null}
              {comparison.lockWaitMs > 0 ? <LockWait ms={comparison.lockWaitMs} /> : null}
              {stopped && comparison.schema === "unknown" ? null : <SchemaRow comparison={comparison} />}
            </tbody>
          </table>
        </div>
      </Section>
      {comparison.difference ? (
        <SchemaChange
          change={{
            before: comparison.difference.foretold,
            after: comparison.difference.actual,
            changed: true,
            changes: [],
          }}
        />
      ) : null}
    </>
  );
}

/** Beyond so many statements only those that came otherwise than foretold are shown at first. */
const LONG = 60;

function standsOut({ foretoldMs, actualMs }: ComparisonView["statements"][number]): boolean {
  return verdict(foretoldMs, actualMs ?? 0) === "slower";
}

function Rest({ count, onShow }: { count: number; onShow: () => void }) {
  const t = useTranslations("deployments");
  return (
    <tr>
      <td colSpan={4}>{t("compare.rest", { count })}</td>
      <td>
        <Button size="small" onClick={onShow}>
          {t("compare.showRest")}
        </Button>
      </td>
    </tr>
  );
}

/** Half to twice of what the shadow took counts as foretold: a shadow holds no rows and no load. */
function verdict(foretold: number | null, actual: number): "as" | "slower" | "faster" | "unknown" {
  if (foretold === null) return "unknown";
  if (actual < 100 && foretold < 100) return "as";
  if (actual > foretold * 2) return "slower";
  return actual < foretold / 2 ? "faster" : "as";
}

/** Place on the scale, in percent: the band from a third to two thirds is half to twice the foretold time. */
function placeOf(foretold: number, actual: number): number {
  const doublings = Math.log2(Math.max(actual, 0.01) / Math.max(foretold, 0.01));
  return Math.min(97, Math.max(3, 50 + doublings * 17));
}

function StatementRow({ statement }: { statement: ComparisonView["statements"][number] }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const { foretoldMs, rowsForetold, rowsActual } = statement;
  const actual = statement.actualMs ?? 0;
  const said = verdict(foretoldMs, actual);
  const meaning = said === "slower" ? "notice" : "safe";
  return (
    <tr>
      <td>{t("compare.statement", { number: statement.position })}</td>
      <td className="num muted" data-l={t("steps.foretold")}>
        {foretoldMs === null ? t("compare.notTried") : formatDuration(foretoldMs, locale)}
      </td>
      <td>
        {foretoldMs === null ? null : (
          <div className={`range ${meaning}`} aria-hidden="true">
            <span className="band" />
            <span
              className="at"
              style={{
                left: `${said === "as" ? Math.min(66, Math.max(34, placeOf(foretoldMs, actual))) : placeOf(foretoldMs, actual)}%`,
              }}
            />
          </div>
        )}
      </td>
      <td className="num" data-l={t("steps.actual")}>
        {formatDuration(actual, locale)}
      </td>
      <td>
        {said === "unknown" ? (
          <span className="muted">{t("compare.notTried")}</span>
        ) : (
          <Mark meaning={meaning}>
            {rowsActual !== null && rowsActual > 0 && rowsActual !== rowsForetold
              ? t("compare.rows", { count: rowsActual, rows: formatCount(rowsActual, locale) })
              : t(`compare.verdict.${said}`)}
          </Mark>
        )}
      </td>
    </tr>
  );
}

/** Taking a free lock takes a moment too; nobody was in the way then. In milliseconds. */
const LOCK_WAIT_NOTICED_MS = 100;

function LockWait({ ms }: { ms: number }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  return (
    <tr>
      <td>{t("compare.lockWait")}</td>
      <td className="num muted" data-l={t("steps.foretold")}>
        {t("compare.none")}
      </td>
      <td />
      <td className="num" data-l={t("steps.actual")}>
        {formatDuration(ms, locale)}
      </td>
      <td>
        {ms < LOCK_WAIT_NOTICED_MS ? (
          <Mark meaning="safe">{t("compare.verdict.as")}</Mark>
        ) : (
          <Mark meaning="warning">{t("compare.inTheWay")}</Mark>
        )}
      </td>
    </tr>
  );
}

function SchemaRow({ comparison }: { comparison: ComparisonView }) {
  const t = useTranslations("deployments");
  const meaning =
    comparison.schema === "same" ? "safe" : comparison.schema === "differs" ? "danger" : "unknown";
  return (
    <tr>
      <td>{t("compare.schema")}</td>
      <td className="num muted" data-l={t("steps.foretold")}>
        <code>{comparison.fingerprintForetold?.slice(0, 8)}</code>
      </td>
      <td />
      <td className="num" data-l={t("steps.actual")}>
        <code>{comparison.fingerprintActual?.slice(0, 8)}</code>
      </td>
      <td>
        <Mark meaning={meaning}>{t(`compare.schemaIs.${comparison.schema}`)}</Mark>
        {comparison.error ? <span className="second">{comparison.error}</span> : null}
      </td>
    </tr>
  );
}
