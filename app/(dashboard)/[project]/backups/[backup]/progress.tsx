import { useLocale, useTranslations } from "next-intl";
import { formatBytes, formatCount, formatDuration } from "@/components/format";
import { Section } from "@/components/page";
import type { BackupDetail } from "@/lib/operations/backup/views";

/** How far a backup is: bytes and rows in all, and the tables that are being read now. */
export function MakingProgress({ backup }: { backup: BackupDetail }) {
  const t = useTranslations("backups");
  const locale = useLocale();
  const { progress } = backup;
  if (!progress)
    return <p className="lead mt-4">{t(backup.state === "queued" ? "making.waits" : "making.starts")}</p>;
  const percent = progress.bytesTotal > 0 ? Math.min(100, (100 * progress.bytes) / progress.bytesTotal) : 0;
  return (
    <Section title={t(`making.phase.${progress.phase}`)}>
      <div className="panel fields-panel">
        <div
          className="bar-run"
          role="progressbar"
          aria-label={t("making.label")}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(percent)}
        >
          <i style={{ width: `${percent}%` }} />
        </div>
        <p className="mt-2" role="status">
          {t("making.so_far", {
            bytes: formatBytes(progress.bytes, locale),
            of: formatBytes(progress.bytesTotal, locale),
            count: progress.rows,
            rows: formatCount(progress.rows, locale),
            done: progress.tablesDone,
            tables: progress.tablesTotal,
          })}{" "}
          <span className="muted">
            {progress.rate > 0 ? t("making.rate", { rate: formatBytes(progress.rate, locale) }) : null}{" "}
            {progress.secondsLeft === null
              ? null
              : t("making.left", { time: formatDuration(progress.secondsLeft * 1000, locale) })}
          </span>
        </p>
        <ul className="mt-2">
          {progress.tables.map((table) => (
            <li key={`${table.schema}.${table.name}`} className="muted">
              <code>
                {table.schema}.{table.name}
              </code>{" "}
              {formatBytes(table.bytes, locale)} / {formatBytes(table.bytesTotal, locale)}
            </li>
          ))}
        </ul>
      </div>
    </Section>
  );
}
