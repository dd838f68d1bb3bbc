"use client";

import { useTranslations } from "next-intl";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, XAxis, YAxis } from "recharts";
import type { WeekPoint } from "@/lib/operations/overview/views";

/** Bars of one week each: what succeeded, and on top what failed. */
export function WeeksChart({
  weeks,
  label,
  firstDay,
}: {
  weeks: WeekPoint[];
  label: string;
  firstDay: string;
}) {
  const t = useTranslations("overview");
  const last = weeks.length - 1;
  return (
    <div className="plot" role="img" aria-label={label}>
      <ResponsiveContainer width="100%" height={104}>
        <BarChart
          data={weeks}
          margin={{ top: 8, right: 0, bottom: 0, left: 0 }}
          accessibilityLayer={false}
          barCategoryGap="18%"
        >
          <CartesianGrid vertical={false} stroke="var(--border-soft)" />
          <XAxis
            dataKey="week"
            interval={0}
            tickLine={false}
            axisLine={{ stroke: "var(--border)" }}
            height={22}
            tick={({ x, y, index }) => (
              <text
                x={Number(x)}
                y={Number(y) + 12}
                textAnchor={index === 0 ? "start" : "end"}
                dx={index === 0 ? -10 : 10}
              >
                {index === 0 ? firstDay : index === last ? t("charts.thisWeek") : ""}
              </text>
            )}
          />
          <YAxis width={24} tickLine={false} axisLine={false} allowDecimals={false} tickCount={3} />
          <Bar
            dataKey="succeeded"
            stackId="week"
            fill="var(--border-control)"
            fillOpacity={0.8}
            radius={1}
            isAnimationActive={false}
          />
          <Bar
            dataKey="failed"
            stackId="week"
            fill="var(--danger-tint)"
            stroke="var(--danger-line)"
            strokeWidth={1.5}
            radius={1}
            isAnimationActive={false}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
