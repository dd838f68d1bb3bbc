import Link from "next/link";
import { useTranslations } from "next-intl";
import { cn } from "@/components/class-names";
import { EnvironmentChip } from "@/components/environment";
import { Mark } from "@/components/mark";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import type { BackupSummary, TimelinePoint } from "@/lib/operations/backup/summary-view";

/** A lane for each environment: when backups were made, and which of them are proven. The list below is its table. */
export function Timeline({
  slug,
  summary,
  mayCreate,
}: {
  slug: string;
  summary: BackupSummary;
  mayCreate: boolean;
}) {
  const t = useTranslations("backups");
  const from = Date.parse(summary.from);
  const span = Date.parse(summary.to) - from;
  const lanes = summary.environments.filter((lane) => lane.targets.length > 0);
  if (lanes.length === 0) return null;
  return (
    <Section title={t("timeline.title")} note={t("timeline.note")}>
      <div className="panel lanes">
        {lanes.map(({ environment, points, targets }) => (
          <div key={environment.id} className="lane">
            <EnvironmentChip environment={environment} plain />
            <div
              className="lane-line"
              role="img"
              aria-label={t("timeline.label", { environment: environment.name, count: points.length })}
            >
              {points.map((point) => (
                <i
                  key={point.id}
                  className={cn("dot", lookOf(point))}
                  style={{ left: `${Math.min(99, (100 * (Date.parse(point.at) - from)) / span)}%` }}
                />
              ))}
            </div>
            <ul className="lane-targets">
              {targets.map((target) => (
                <li key={target.targetId}>
                  <span className="muted">{target.service}</span>{" "}
                  <Standing slug={slug} target={target} mayCreate={mayCreate} />
                </li>
              ))}
            </ul>
          </div>
        ))}
        <p className="lane-key muted">
          <span>
            <i className="dot proven" aria-hidden="true" /> {t("timeline.key.proven")}
          </span>
          <span>
            <i className="dot" aria-hidden="true" /> {t("timeline.key.there")}
          </span>
          <span>
            <i className="dot failed" aria-hidden="true" /> {t("timeline.key.failed")}
          </span>
        </p>
      </div>
    </Section>
  );
}

/** How a database stands, with the way to what it is about. One can be late because its backups fail: both are said. */
function Standing({
  slug,
  target: { overdueSince, failed, last, targetId },
  mayCreate,
}: {
  slug: string;
  mayCreate: boolean;
  target: BackupSummary["environments"][number]["targets"][number];
}) {
  const t = useTranslations("backups");
  const path = `/${slug}/backups`;
  const overdue = <Mark meaning="warning">{t("timeline.overdue")}</Mark>;
  if (overdueSince || failed)
    return (
      <span className="inline-flex flex-wrap gap-x-3">
        {overdueSince && mayCreate ? <Link href={`${path}/new?target=${targetId}`}>{overdue}</Link> : null}
        {overdueSince && !mayCreate ? overdue : null}
        {failed ? (
          <Link href={`${path}/${failed.id}`}>
            <Mark meaning="danger">{t("timeline.failed")}</Mark>
          </Link>
        ) : null}
      </span>
    );
  if (!last) return <span className="muted">{t("timeline.none")}</span>;
  return (
    <Link href={`${path}/${last.id}`}>
      <RelativeTime at={last.at} />
    </Link>
  );
}

function lookOf({ state, tested, verified }: TimelinePoint): string {
  if (state === "failed" || verified === "damaged" || tested === "failed" || tested === "differs")
    return "failed";
  if (state !== "succeeded") return "going";
  return tested === "restores" ? "proven" : "";
}
