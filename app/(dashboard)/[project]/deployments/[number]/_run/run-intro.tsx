"use client";

import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useFailureText } from "@/components/failure-text";
import { formatDuration } from "@/components/format";
import { Icon } from "@/components/icon";
import { SqlText } from "@/components/sql-text";
import { Note } from "@/components/states";
import type { EnvironmentView, RunLogLine, RunView } from "@/lib/operations/deployment/views";
import { useLive } from "../_live/live";
import { editorHref } from "../_review/links";
import { Evidence } from "./evidence";
import { oneLine } from "./one-line";
import { keptOf } from "./partly";
import { Waiting } from "./waiting";

interface RunIntroProps {
  view: {
    environment: EnvironmentView;
    slug: string;
    service: string;
    targetId: string;
  };
}

const b = (text: ReactNode) => <b>{text}</b>;
const hot = (text: ReactNode) => <b className="hot">{text}</b>;

/** What is going on, in one sentence; then who is in the way, or what went wrong and what to do. */
export function RunIntro({ view }: RunIntroProps) {
  const t = useTranslations("deployments");
  const { run } = useLive();
  if (!run) return null;
  return (
    <>
      <p className="lead" role="status">
        <Sentence run={run} environment={view.environment.name} />
      </p>
      {run.state === "running" && run.waiting ? <Waiting waiting={run.waiting} /> : null}
      {run.failure && run.state !== "running" ? <Failure run={run} view={view} /> : null}
      {run.state === "succeeded" && run.log.some(tellsOfRowsLeftOut) ? (
        <div className="mt-3">
          <Note meaning="warning">
            {t.rich("lead.rowsLeftOut", {
              link: (words) => (
                <Link className="link" href={`/${view.slug}/undo?target=${view.targetId}`}>
                  {words}
                </Link>
              ),
            })}
          </Note>
        </div>
      ) : null}
      {run.evidence ? <Evidence evidence={run.evidence} open={run.state === "in_doubt"} /> : null}
    </>
  );
}

/** A way back can succeed although not every kept row fits into what was written since. */
function tellsOfRowsLeftOut({ code, level }: RunLogLine): boolean {
  return level === "warning" && (code === "undo_put_back" || code === "undo_lacking");
}

function Sentence({ run, environment }: { run: RunView; environment: string }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const { statements, migrations } = run.progress;
  const kept = run.migrations.filter((one) => one.outcome === "applied" || one.outcome === "reverted").length;
  const values = {
    b,
    hot,
    environment,
    done: statements.done,
    of: statements.of,
    kept,
    stay: run.migrations.reduce((sum, one) => sum + keptOf(one, run.steps), 0),
    migrations: migrations.of,
    time: run.durationMs === null ? "" : formatDuration(run.durationMs, locale),
  };
  if (run.state === "running") {
    if (run.cancelAskedAt) return t.rich("lead.cancelling", values);
    const position = run.waiting?.position ?? run.steps.find((step) => step.state === "running")?.position;
    if (run.waiting) {
      return t.rich(`lead.waits.${run.waiting.kind}`, {
        ...values,
        position: position ?? 0,
        relation: run.waiting.blockers[0]?.relation ?? "",
        holders: run.waiting.blockers.length,
      });
    }
    return position === undefined
      ? t.rich("lead.starts", values)
      : t.rich("lead.runs", { ...values, position });
  }
  if (run.state === "succeeded") {
    const schema = run.comparison?.schema ?? "unknown";
    return (
      <>
        {t.rich(`lead.succeeded.${run.direction}`, values)} {t.rich(`lead.schema.${schema}`, values)}
      </>
    );
  }
  if (run.state === "failed") {
    const position = run.steps.find((step) => step.state === "failed")?.position;
    if (position === undefined) return t.rich("lead.failedBefore", values);
    return t.rich(values.stay > 0 ? "lead.failedPartly" : "lead.failed", { ...values, position });
  }
  if (run.state === "cancelled" && values.stay > 0) return t.rich("lead.cancelledPartly", values);
  return t.rich(`lead.${run.state}`, values);
}

/** PostgreSQL's own words, where they are about, and the way on. */
function Failure({ run, view }: { run: RunView; view: RunIntroProps["view"] }) {
  const t = useTranslations("deployments");
  const say = useFailureText();
  const { failure } = run;
  if (!failure) return null;
  const { message, hint } = say(failure);
  const stopped = run.steps.find((step) => step.state === "failed");
  return (
    <section className="wait failure" aria-label={t("failure.title")}>
      <div className="wait-head">
        <Icon name="danger" />
        <p>
          {failure.own ? null : <span className="muted">{t("failure.said")} </span>}
          <b className="strong">{message}</b>
        </p>
        {failure.sqlState ? <code className="count">{failure.sqlState}</code> : null}
      </div>
      <dl className="kv p-4">
        {stopped ? (
          <>
            <dt>{t("failure.statement", { position: stopped.position })}</dt>
            <dd>
              <SqlText sql={oneLine(stopped.sql)} />
            </dd>
          </>
        ) : null}
        {failure.detail ? (
          <>
            <dt>{t("failure.detail")}</dt>
            <dd>{failure.detail}</dd>
          </>
        ) : null}
        {hint ? (
          <>
            <dt>{t("failure.hint")}</dt>
            <dd>{hint}</dd>
          </>
        ) : null}
        {failure.migration ? (
          <>
            <dt>{t("failure.where")}</dt>
            <dd>
              <Link
                className="link"
                href={editorHref(view.slug, view.service, failure.migration, failure.line ?? null)}
              >
                {failure.line
                  ? t("failure.at", { migration: failure.migration, line: failure.line })
                  : failure.migration}
              </Link>
            </dd>
          </>
        ) : null}
      </dl>
    </section>
  );
}
