import { useTranslations } from "next-intl";
import { cn } from "@/components/class-names";
import { EnvironmentChip } from "@/components/environment";
import { Mark } from "@/components/mark";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import type { BackupSummary, TimelinePoint } from "@/lib/operations/backup/summary-view";

/** A lane for each environment: when backups were made, and which of them are proven. The list below is its table. */
export function Timeline({ summary }: { summary: BackupSummary }) {
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
                  {target.overdueSince ? (
                    <Mark meaning="warning">{t("timeline.overdue")}</Mark>
                  ) : target.failed ? (
                    <Mark meaning="danger">{t("timeline.failed")}</Mark>
                  ) : target.last ? (
                    <RelativeTime at={target.last.at} />
                  ) : (
                    <span className="muted">{t("timeline.none")}</span>
                  )}
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

function lookOf({ state, tested }: TimelinePoint): string {
  if (state === "failed" || tested === "failed" || tested === "differs") return "failed";
  if (state !== "succeeded") return "going";
  return tested === "restores" ? "proven" : "";
}
