"use client";

import { useLocale } from "next-intl";
import { Bar, BarChart, CartesianGrid, Cell, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { formatDuration } from "@/components/format";
import type { DurationPoint } from "@/lib/operations/overview/views";

/** One bar per run, named by its deployment; failed and cancelled ones are outlined in red. */
export function DurationsChart({ durations, label }: { durations: DurationPoint[]; label: string }) {
  const locale = useLocale();
  return (
    <div className="plot" role="img" aria-label={label}>
      <ResponsiveContainer width="100%" height={104}>
        <BarChart
          data={durations}
          margin={{ top: 8, right: 0, bottom: 0, left: 0 }}
          accessibilityLayer={false}
          maxBarSize={18}
        >
          <CartesianGrid vertical={false} stroke="var(--border-soft)" />
          <XAxis
            dataKey="runId"
            tickFormatter={(_, index) => String(durations[index]?.number ?? "")}
            interval="preserveStartEnd"
            tickLine={false}
            axisLine={{ stroke: "var(--border)" }}
            height={22}
          />
          <YAxis
            width={44}
            tickLine={false}
            axisLine={false}
            tickCount={3}
            tickFormatter={(ms: number) => (ms === 0 ? "0" : formatDuration(ms, locale))}
          />
          <Bar dataKey="durationMs" radius={1} isAnimationActive={false}>
            {durations.map((point) =>
              point.state === "succeeded" ? (
                <Cell key={point.runId} fill="var(--border-control)" fillOpacity={0.8} />
              ) : (
                <Cell
                  key={point.runId}
                  fill="var(--danger-tint)"
                  stroke="var(--danger-line)"
                  strokeWidth={1.5}
                />
              ),
            )}
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
