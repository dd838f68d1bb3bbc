import { useLocale, useTranslations } from "next-intl";
import { formatDuration } from "@/components/format";
import type { PlannedMigration } from "@/lib/core/run/types";
import type { LockTimeline } from "@/lib/operations/deployment/views";

interface LockTimelinesProps {
  timelines: LockTimeline[];
  plan: PlannedMigration[];
  environment: string;
}

/** More than these have no room for their words, on a phone first: then their sum is told, and the bar is only seen. */
const MOST_IN_WORDS = 6;

/** When the most blocked tables are blocked during the run, by what the shadow took. */
export function LockTimelines({ timelines, plan, environment }: LockTimelinesProps) {
  const shown = timelines.filter((timeline) => timeline.timed && timeline.totalMs > 0);
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
  const inWords = stretches.length <= MOST_IN_WORDS;
  const least = (blocks: LockTimeline["stretches"][number]["blocks"]) =>
    inWords ? (blocks === "free" ? 24 : 64) : 0;
  // Wide enough to be read, and else by their length.
  const columns = stretches
    .map(
      ({ durationMs, blocks }) =>
        `minmax(${least(blocks)}px, ${Math.max(1, Math.round((1000 * durationMs) / totalMs))}fr)`,
    )
    .join(" ");
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
      {inWords ? (
        <InWords stretches={stretches} columns={columns} plan={plan} />
      ) : (
        <InSum stretches={stretches} columns={columns} />
      )}
    </figure>
  );
}

type Stretches = { stretches: LockTimeline["stretches"]; columns: string };

const classOf = (blocks: LockTimeline["stretches"][number]["blocks"]) =>
  blocks === "reads_and_writes" ? "full" : blocks;

function InWords({ stretches, columns, plan }: Stretches & { plan: PlannedMigration[] }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const position = (name: string) => plan.findIndex((migration) => migration.filename === name) + 1;
  return (
    <>
      <div className="locks-bar cols-any" style={{ gridTemplateColumns: columns }}>
        {stretches.map(({ blocks, durationMs }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: stretches follow each other in time.
          <span key={index} className={classOf(blocks)}>
            <span className="sr-only">{t(`locks.${classOf(blocks)}`)} </span>
            {formatDuration(durationMs, locale)}
          </span>
        ))}
      </div>
      <div className="locks-axis cols-any" style={{ gridTemplateColumns: columns }} aria-hidden="true">
        {stretches.map((stretch, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: stretches follow each other in time.
          <span key={index} className="truncate">
            {stretch.migrations[0] ? t("locks.migration", { number: position(stretch.migrations[0]) }) : ""}
          </span>
        ))}
      </div>
    </>
  );
}

function InSum({ stretches, columns }: Stretches) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const blocked = stretches.filter(({ blocks }) => blocks !== "free").map(({ durationMs }) => durationMs);
  const all = blocked.reduce((sum, durationMs) => sum + durationMs, 0);
  return (
    <>
      <div className="locks-bar cols-any dense" style={{ gridTemplateColumns: columns }} aria-hidden="true">
        {stretches.map(({ blocks }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: stretches follow each other in time.
          <span key={index} className={classOf(blocks)} />
        ))}
      </div>
      <p className="locks-axis">
        {t("locks.often", {
          count: blocked.length,
          time: formatDuration(all, locale),
          longest: formatDuration(Math.max(...blocked), locale),
        })}
      </p>
    </>
  );
}
