"use client";

import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { formatBytes, formatDuration } from "@/components/format";
import { Mark, type Meaning } from "@/components/mark";
import type { BackupState } from "@/lib/operations/backup/views";
import { useLive } from "../_live/live";

const meanings: Record<BackupState, Meaning> = {
  queued: "neutral",
  running: "notice",
  succeeded: "safe",
  failed: "danger",
  cancelled: "neutral",
  deleting: "neutral",
};

/** The backup before the steps: the run's first one, in a line of its own. */
export function BackupStep({ slug }: { slug: string }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const backup = useLive().run?.backup;
  if (!backup) return null;
  const { progress } = backup;
  const words = () => {
    if (backup.state === "succeeded")
      return t("steps.backup.done", { size: formatBytes(backup.bytes ?? 0, locale) });
    if (backup.state === "failed") return t("steps.backup.failed", { message: backup.error?.message ?? "" });
    if (backup.state !== "running")
      return t(`steps.backup.${backup.state === "queued" ? "queued" : "cancelled"}`);
    return t("steps.backup.running", {
      done: formatBytes(progress?.bytes ?? 0, locale),
      of: formatBytes(progress?.bytesTotal ?? 0, locale),
    });
  };
  return (
    <section className="sec" aria-label={t("steps.backup.title")}>
      <div className="panel backup-step">
        <Mark meaning={meanings[backup.state]}>{words()}</Mark>
        {progress?.secondsLeft ? (
          <span className="muted">
            {t("steps.backup.left", { time: formatDuration(progress.secondsLeft * 1000, locale) })}
          </span>
        ) : null}
        {backup.tested.state === "restores" ? (
          <span className="muted">{t("steps.backup.tested")}</span>
        ) : null}
        {backup.durationMs === null ? null : (
          <span className="muted">{formatDuration(backup.durationMs, locale)}</span>
        )}
        <Link className="link end" href={`/${slug}/backups/${backup.id}`}>
          {t("steps.backup.open")}
        </Link>
      </div>
    </section>
  );
}
