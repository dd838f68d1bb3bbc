"use client";

import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { formatBytes } from "@/components/format";
import type { UsagePoint } from "@/lib/operations/backup/summary-view";

/** What the archives that are there today take, by day. */
export function UsageChart({ usage, label }: { usage: UsagePoint[]; label: string }) {
  const t = useTranslations("backups");
  const format = useFormatter();
  const locale = useLocale();
  const last = usage.length - 1;
  const day = (point: UsagePoint | undefined) =>
    point ? format.dateTime(new Date(point.day), { day: "numeric", month: "short", timeZone: "UTC" }) : "";
  return (
    <div className="plot" role="img" aria-label={label}>
      <ResponsiveContainer width="100%" height={104}>
        <BarChart data={usage} margin={{ top: 8, right: 0, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--border-soft)" />
          <XAxis
            dataKey="day"
            interval={0}
            tickLine={false}
            axisLine={{ stroke: "var(--border)" }}
            height={22}
            tick={({ x, y, index }) => (
              <text x={Number(x)} y={Number(y) + 12} textAnchor={index === 0 ? "start" : "end"}>
                {index === 0 ? day(usage[0]) : index === last ? t("usage.today") : ""}
              </text>
            )}
          />
          <YAxis
            width={64}
            tickLine={false}
            axisLine={false}
            tickCount={3}
            tickFormatter={(bytes: number) => formatBytes(bytes, locale)}
          />
          <Bar
            dataKey="bytes"
            fill="var(--border-control)"
            fillOpacity={0.8}
            radius={1}
            isAnimationActive={false}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
