"use client";

import dynamic from "next/dynamic";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { formatBytes } from "@/components/format";
import { Skeleton } from "@/components/ui/skeleton";
import { WhenSeen } from "@/components/when-seen";
import type { UsagePoint } from "@/lib/operations/backup/summary-view";

const loading = () => (
  <div className="plot">
    <Skeleton height={104} width="100%" />
  </div>
);
const UsageChart = dynamic(() => import("./usage-chart").then((m) => m.UsageChart), { ssr: false, loading });

/** Space over time, as a chart or as its table. */
export function Usage({ usage }: { usage: UsagePoint[] }) {
  const t = useTranslations("backups");
  const locale = useLocale();
  const format = useFormatter();
  const [asTable, setAsTable] = useState(false);
  const now = usage.at(-1)?.bytes ?? 0;
  return (
    <div className="panel">
      <div className="chart">
        <h3>
          {t("usage.title")}
          <button type="button" className="link" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {t(asTable ? "usage.asChart" : "usage.asTable")}
          </button>
        </h3>
        {asTable ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          <div className="chart-table" tabIndex={0} role="group" aria-label={t("usage.title")}>
            <table className="tbl">
              <thead>
                <tr>
                  <th scope="col">{t("usage.day")}</th>
                  <th scope="col" className="num">
                    {t("usage.backups")}
                  </th>
                  <th scope="col" className="num">
                    {t("usage.size")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {[...usage].reverse().map((point) => (
                  <tr key={point.day}>
                    <td>{format.dateTime(new Date(point.day), { dateStyle: "medium", timeZone: "UTC" })}</td>
                    <td className="num">{point.backups}</td>
                    <td className="num">{formatBytes(point.bytes, locale)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : (
          <WhenSeen placeholder={loading()}>
            <UsageChart usage={usage} label={t("usage.label", { size: formatBytes(now, locale) })} />
          </WhenSeen>
        )}
      </div>
    </div>
  );
}
