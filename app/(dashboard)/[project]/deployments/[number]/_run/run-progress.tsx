"use client";

import { useLocale, useTranslations } from "next-intl";
import { formatDuration } from "@/components/format";
import { useLive } from "../_live/live";
import { useTick } from "./use-tick";

/** How far it is and how long it has taken. */
export function RunProgress() {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const { run } = useLive();
  const going = run?.state === "running" || run?.state === "queued";
  const now = useTick(going);
  if (!run) return null;
  const { statements, migrations } = run.progress;
  const started = run.startedAt ? Date.parse(run.startedAt) : null;
  // Nobody knows when a run in doubt ended.
  const elapsed =
    run.durationMs ??
    (started === null || !going ? null : Math.max(0, Math.floor((now - started) / 1000) * 1000));
  const percent = statements.of === 0 ? 0 : Math.round((100 * statements.done) / statements.of);
  return (
    <>
      <section>
        <h3>
          {t("run.progress")}
          {elapsed === null ? null : <span suppressHydrationWarning>{formatDuration(elapsed, locale)}</span>}
        </h3>
        <div
          className="bar-run"
          role="progressbar"
          aria-label={t("run.progress")}
          aria-valuenow={percent}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${percent}%` }} />
        </div>
        <dl className="kv mt-2">
          <dt>{t("run.migrations")}</dt>
          <dd>{t("run.doneOf", migrations)}</dd>
          <dt>{t("run.statements")}</dt>
          <dd>{t("run.doneOf", statements)}</dd>
          {run.waiting ? (
            <>
              <dt>{t("run.waited")}</dt>
              <dd>{formatDuration(run.waiting.totalMs, locale)}</dd>
            </>
          ) : null}
        </dl>
      </section>
      {going ? (
        <section>
          <h3>{t("run.ifYouClose")}</h3>
          <p className="muted">{t("run.itGoesOn")}</p>
        </section>
      ) : null}
    </>
  );
}
