"use client";

import { useLocale, useTranslations } from "next-intl";
import { formatDuration } from "@/components/format";
import { Mark } from "@/components/mark";
import { SqlText } from "@/components/sql-text";
import type { Blocker } from "@/lib/core/run/types";
import type { WaitingView } from "@/lib/operations/deployment/views";

/** Who is in the way of the statement that waits, and when it gives up. */
export function Waiting({ waiting }: { waiting: WaitingView }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const relation = waiting.blockers[0]?.relation;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways on a phone must be reachable by keyboard.
    <section className="wait" aria-label={t("waiting.who")} tabIndex={0}>
      <div className="wait-head">
        <Mark meaning="warning">
          {waiting.attempt && waiting.of
            ? t("waiting.attempt", { attempt: waiting.attempt, of: waiting.of })
            : t(`waiting.${waiting.kind}`)}
        </Mark>
        <p>
          {waiting.kind === "retry" && waiting.nextInMs !== null
            ? t("waiting.again", { time: formatDuration(waiting.nextInMs, locale) })
            : waiting.limitMs !== null
              ? t("waiting.givesUp", {
                  time: formatDuration(waiting.limitMs, locale),
                  relation: relation ?? "",
                })
              : t("waiting.asLong")}
        </p>
        <span className="count">
          {waiting.limitMs === null
            ? formatDuration(waiting.kind === "retry" ? waiting.totalMs : waiting.waitedMs, locale)
            : t("waiting.of", {
                waited: formatDuration(waiting.waitedMs, locale),
                limit: formatDuration(waiting.limitMs, locale),
              })}
        </span>
      </div>
      {waiting.blockers.length > 0 ? (
        <Blockers blockers={waiting.blockers} relation={relation ?? null} />
      ) : null}
    </section>
  );
}

function Blockers({ blockers, relation }: { blockers: Blocker[]; relation: string | null }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  return (
    <table className="tbl blockers">
      <thead>
        <tr>
          <th scope="col">{t("waiting.session")}</th>
          <th scope="col">{t("waiting.application")}</th>
          <th scope="col">{t("waiting.since")}</th>
          <th scope="col">{relation ? t("waiting.holdsOn", { relation }) : t("waiting.holds")}</th>
          <th scope="col">{t("waiting.does")}</th>
        </tr>
      </thead>
      <tbody>
        {blockers.map((blocker) => (
          <tr key={blocker.pid}>
            <td data-l={t("waiting.session")}>
              <code>{blocker.pid}</code>
            </td>
            <td data-l={t("waiting.application")}>
              {blocker.application || blocker.user || t("waiting.unnamed")}
            </td>
            <td className="nowrap" data-l={t("waiting.since")}>
              {blocker.sinceSeconds === null ? "" : formatDuration(blocker.sinceSeconds * 1000, locale)}
            </td>
            <td className="nowrap" data-l={t("waiting.holds")}>
              <code className="muted">{blocker.mode}</code>
            </td>
            <td data-l={t("waiting.does")}>
              {blocker.state === "active" || !blocker.state?.startsWith("idle") ? (
                <span className="line-clamp-2">{blocker.query ? <SqlText sql={blocker.query} /> : null}</span>
              ) : (
                t("waiting.idle")
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
