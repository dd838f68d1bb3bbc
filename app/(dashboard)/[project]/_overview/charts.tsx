"use client";

import dynamic from "next/dynamic";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { formatDuration } from "@/components/format";
import { Skeleton } from "@/components/ui/skeleton";
import { WhenSeen } from "@/components/when-seen";
import type { DurationPoint, WeekPoint } from "@/lib/operations/overview/views";

const loading = () => (
  <div className="plot">
    <Skeleton height={104} width="100%" />
  </div>
);
const WeeksChart = dynamic(() => import("./weeks-chart").then((m) => m.WeeksChart), { ssr: false, loading });
const DurationsChart = dynamic(() => import("./durations-chart").then((m) => m.DurationsChart), {
  ssr: false,
  loading,
});

/** Deployments per week and how long the last runs took; each chart has its table. */
export function Charts({ weeks, durations }: { weeks: WeekPoint[]; durations: DurationPoint[] }) {
  return (
    <div className="panel">
      <Weeks weeks={weeks} />
      <Durations durations={durations} />
    </div>
  );
}

function Weeks({ weeks }: { weeks: WeekPoint[] }) {
  const t = useTranslations("overview");
  const format = useFormatter();
  const day = (point: WeekPoint) =>
    format.dateTime(new Date(point.week), { day: "numeric", month: "short", timeZone: "UTC" });
  const total = weeks.reduce((sum, week) => sum + week.succeeded + week.failed, 0);
  const failed = weeks.reduce((sum, week) => sum + week.failed, 0);
  return (
    <ChartCard
      title={t("charts.weeks")}
      legend={
        <>
          <Key className="key-done">{t("charts.succeeded")}</Key>
          <Key className="key-failed">{t("charts.failed")}</Key>
        </>
      }
      empty={total === 0 ? t("charts.noWeeks") : null}
      chart={
        <WeeksChart
          weeks={weeks}
          label={t("charts.weeksLabel", { total, failed })}
          firstDay={weeks[0] ? day(weeks[0]) : ""}
        />
      }
      head={[t("charts.week"), t("charts.succeeded"), t("charts.failed"), t("charts.migrations")]}
      rows={[...weeks].reverse().map((week) => [day(week), week.succeeded, week.failed, week.migrations])}
    />
  );
}

function Durations({ durations }: { durations: DurationPoint[] }) {
  const t = useTranslations("overview");
  const locale = useLocale();
  const longest = durations.reduce((most, point) => Math.max(most, point.durationMs), 0);
  return (
    <ChartCard
      title={t("charts.durations")}
      legend={
        <>
          <Key className="key-done">{t("charts.succeeded")}</Key>
          <Key className="key-failed">{t("charts.failedOrCancelled")}</Key>
        </>
      }
      empty={durations.length === 0 ? t("charts.noDurations") : null}
      chart={
        <DurationsChart
          durations={durations}
          label={t("charts.durationsLabel", {
            count: durations.length,
            longest: formatDuration(longest, locale),
          })}
        />
      }
      head={[t("charts.deployment"), t("charts.where"), t("charts.migrations"), t("charts.took")]}
      rows={[...durations]
        .reverse()
        .map((point) => [
          `${point.number}`,
          t("charts.on", { service: point.service, environment: point.environment }),
          point.migrations,
          formatDuration(point.durationMs, locale),
        ])}
    />
  );
}

interface ChartCardProps {
  title: string;
  legend: ReactNode;
  /** Said instead of a chart without data. */
  empty: string | null;
  chart: ReactNode;
  head: string[];
  rows: (string | number)[][];
}

function ChartCard({ title, legend, empty, chart, head, rows }: ChartCardProps) {
  const t = useTranslations("overview");
  const [asTable, setAsTable] = useState(false);
  return (
    <div className="chart">
      <h3>
        {title}
        {empty ? null : (
          <button type="button" className="link" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? t("charts.asChart") : t("charts.asTable")}
            <span className="sr-only"> {title}</span>
          </button>
        )}
      </h3>
      {empty ? (
        <p>{empty}</p>
      ) : asTable ? (
        <div className="chart-table">
          <table className="tbl">
            <thead>
              <tr>
                {head.map((name, index) => (
                  <th
                    key={name}
                    scope="col"
                    className={index > 0 && typeof rows[0]?.[index] === "number" ? "num" : undefined}
                  >
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.join(" ")}>
                  {row.map((value, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the columns do not move.
                    <td key={index} className={typeof value === "number" ? "num" : undefined}>
                      {value}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <>
          <p className="legend">{legend}</p>
          <WhenSeen placeholder={loading()}>{chart}</WhenSeen>
        </>
      )}
    </div>
  );
}

function Key({ className, children }: { className: string; children: ReactNode }) {
  return (
    <span>
      <i className={className} aria-hidden="true" />
      {children}
    </span>
  );
}
