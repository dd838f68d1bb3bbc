"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Duration } from "@/components/figures";
import { Mark } from "@/components/mark";
import { Button } from "@/components/ui/button";
import type { PostgresFailure } from "@/lib/core/run/types";
import type { ConsoleResult } from "@/lib/postgres/console/run";
import { download, toCsv, toJson, toTsv } from "./export";
import { PlanView } from "./plan-view";
import { ResultGrid } from "./result-grid";
import type { RunAnswer } from "./use-run";

interface ResultsProps {
  answer: RunAnswer | null;
  /** Since when something runs; null: nothing does. */
  since: number | null;
  onLine: (line: number) => void;
}

/** What the last execution answered, statement by statement. */
export function Results({ answer, since, onLine }: ResultsProps) {
  const t = useTranslations("sql");
  return (
    <section className="sql-results" aria-label={t("results")} aria-busy={since !== null}>
      <div aria-live="polite">{since !== null ? <Running since={since} /> : null}</div>
      {since === null ? <Answer answer={answer} onLine={onLine} /> : null}
    </section>
  );
}

function Running({ since }: { since: number }) {
  const t = useTranslations("sql");
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="sql-line">
      <span className="spinner" aria-hidden="true" />{" "}
      {t("runs", { seconds: ((now - since) / 1000).toFixed(1) })}
    </p>
  );
}

function Answer({ answer, onLine }: { answer: RunAnswer | null; onLine: (line: number) => void }) {
  const t = useTranslations("sql");
  if (!answer) return <p className="sql-line muted">{t("nothingYet")}</p>;
  if (answer.kind === "cancelled") return <p className="sql-line">{t("cancelled")}</p>;
  if (answer.kind === "error") {
    return (
      <div className="sql-line" role="alert">
        <Mark meaning="danger">{t("refused")}</Mark> {answer.message}
        {answer.hint ? <p className="muted">{answer.hint}</p> : null}
        {answer.line ? (
          <p>
            <button type="button" className="link bare" onClick={() => onLine(answer.line ?? 1)}>
              {t("goToLine", { line: answer.line })}
            </button>
          </p>
        ) : null}
      </div>
    );
  }
  if (answer.kind === "plan") {
    return answer.plan.failure ? (
      <Failure failure={answer.plan.failure} kept={false} onLine={onLine} />
    ) : (
      <PlanView plan={answer.plan} analyzed={answer.request.mode === "explain_analyze"} />
    );
  }
  const { results, failure } = answer.outcome;
  return (
    <>
      {results.map((result) => (
        <Result key={result.statement} result={result} alone={results.length === 1 && !failure} />
      ))}
      {failure ? <Failure failure={failure} kept={answer.request.mode === "write"} onLine={onLine} /> : null}
    </>
  );
}

function Failure({
  failure,
  kept,
  onLine,
}: {
  failure: PostgresFailure;
  kept: boolean;
  onLine: (line: number) => void;
}) {
  const t = useTranslations("sql");
  return (
    <div className="sql-line" role="alert">
      <Mark meaning="danger">{t("failed", { statement: failure.statement ?? 1 })}</Mark>{" "}
      {t("postgresSaid", { message: failure.message })} <code className="muted">{failure.sqlState}</code>
      {failure.detail ? <p>{failure.detail}</p> : null}
      {failure.hint ? <p className="muted">{failure.hint}</p> : null}
      {kept ? <p>{t("nothingKept")}</p> : null}
      {failure.line ? (
        <p>
          <button type="button" className="link bare" onClick={() => onLine(failure.line ?? 1)}>
            {t("goToLine", { line: failure.line })}
          </button>
        </p>
      ) : null}
    </div>
  );
}

function Result({ result, alone }: { result: ConsoleResult; alone: boolean }) {
  const t = useTranslations("sql");
  const [copied, setCopied] = useState(false);
  const hasRows = result.columns.length > 0;
  return (
    <section className="sql-result">
      <div className="sql-result-head">
        {alone ? null : <b>{t("statement", { number: result.statement })}</b>}
        <span>{hasRows ? t("rows", { count: result.rows.length }) : result.tag}</span>
        {result.truncated ? <Mark meaning="notice">{t(`truncated.${result.truncated}`)}</Mark> : null}
        <span className="muted">
          <Duration ms={Math.round(result.durationMs * 10) / 10} />
        </span>
        <span className="flex-1" />
        {hasRows && result.rows.length > 0 ? (
          <>
            <Button
              size="small"
              onClick={() => void navigator.clipboard.writeText(toTsv(result)).then(() => setCopied(true))}
            >
              {copied ? t("copied") : t("copyAll")}
            </Button>
            <Button size="small" onClick={() => download("result.csv", "text/csv", toCsv(result))}>
              CSV
            </Button>
            <Button size="small" onClick={() => download("result.json", "application/json", toJson(result))}>
              JSON
            </Button>
          </>
        ) : null}
      </div>
      {hasRows ? <ResultGrid result={result} /> : null}
    </section>
  );
}
