import { useLocale, useTranslations } from "next-intl";
import { formatDuration } from "@/components/format";
import type { PlannedMigration } from "@/lib/core/run/types";
import type { LockTimeline } from "@/lib/operations/deployment/views";

interface LockTimelinesProps {
  timelines: LockTimeline[];
  plan: PlannedMigration[];
  environment: string;
}

/** When the most blocked tables are blocked during the run, by what the shadow took. */
export function LockTimelines({ timelines, plan, environment }: LockTimelinesProps) {
  const shown = timelines.filter((timeline) => timeline.totalMs > 0);
  return shown.map((timeline) => (
    <Timeline key={timeline.relation} timeline={timeline} plan={plan} environment={environment} />
  ));
}

function Timeline({
  timeline,
  plan,
  environment,
}: {
  timeline: LockTimeline;
  plan: PlannedMigration[];
  environment: string;
}) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const { stretches, totalMs } = timeline;
  // Wide enough to be read, and else by their length.
  const columns = stretches
    .map(
      ({ durationMs, blocks }) =>
        `minmax(${blocks === "free" ? 24 : 64}px, ${Math.max(1, Math.round((1000 * durationMs) / totalMs))}fr)`,
    )
    .join(" ");
  const position = (name: string) => plan.findIndex((migration) => migration.filename === name) + 1;
  const kinds = new Set(stretches.map((stretch) => stretch.blocks));
  return (
    <figure className="locks">
      <figcaption className="locks-head">
        <b>{t("locks.during", { relation: timeline.relation })}</b>
        <span>{t("locks.total", { time: formatDuration(totalMs, locale), environment })}</span>
        <span className="legend">
          {kinds.has("reads_and_writes") ? (
            <span>
              <i className="key-full" />
              {t("locks.full")}
            </span>
          ) : null}
          {kinds.has("writes") ? (
            <span>
              <i className="key-writes" />
              {t("locks.writes")}
            </span>
          ) : null}
          <span>
            <i className="key-free" />
            {t("locks.free")}
          </span>
        </span>
      </figcaption>
      <div className="locks-bar cols-any" style={{ gridTemplateColumns: columns }}>
        {stretches.map((stretch, index) => {
          const time = formatDuration(stretch.durationMs, locale);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: stretches follow each other in time.
            <span key={index} className={stretch.blocks === "reads_and_writes" ? "full" : stretch.blocks}>
              <span className="sr-only">
                {t(`locks.${stretch.blocks === "reads_and_writes" ? "full" : stretch.blocks}`)}{" "}
              </span>
              {time}
            </span>
          );
        })}
      </div>
      <div className="locks-axis cols-any" style={{ gridTemplateColumns: columns }} aria-hidden="true">
        {stretches.map((stretch, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: stretches follow each other in time.
          <span key={index} className="truncate">
            {stretch.migrations[0] ? t("locks.migration", { number: position(stretch.migrations[0]) }) : ""}
          </span>
        ))}
      </div>
    </figure>
  );
}
