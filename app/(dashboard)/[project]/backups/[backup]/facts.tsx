import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { formatBytes, formatCount } from "@/components/format";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import type { BackupDetail } from "@/lib/operations/backup/views";
import { ScopeNames } from "../_components/scope-names";

/** What the archive is and holds, as its manifest says. */
export function Facts({ backup }: { backup: BackupDetail }) {
  const t = useTranslations("backups");
  const locale = useLocale();
  const format = useFormatter();
  const { manifest } = backup;
  const rows: [string, ReactNode][] = [
    [t("facts.archive"), <code key="a">{backup.snapshotId}</code>],
    [t("facts.place"), <code key="p">{backup.filePath}</code>],
    [t("facts.scope"), <ScopeNames key="s" scope={backup.scope} />],
    [t("facts.by"), backup.createdBy.label],
  ];
  if (backup.labels.length > 0) rows.push([t("facts.labels"), backup.labels.join(", ")]);
  if (backup.keptFor) {
    const reasons = backup.keptFor.map((reason) => t(`facts.keptFor.${reason}`));
    rows.push([t("facts.kept"), reasons.length > 0 ? reasons.join(", ") : t("facts.keptFor.nothing")]);
  }
  if (backup.expiresAt) rows.push([t("facts.expires"), <RelativeTime key="x" at={backup.expiresAt} />]);
  if (manifest) {
    const { totals, largeObjects } = manifest;
    const taken = new Date(manifest.takenAt);
    rows.push(
      // To the second: what was written after it is not in it.
      [t("facts.taken"), format.dateTime(taken, { dateStyle: "medium", timeStyle: "long" })],
      [t("facts.database"), t("facts.databaseOf", { name: manifest.database, server: manifest.server })],
      [
        t("facts.holds"),
        t("facts.holdsWhat", {
          tables: totals.tables,
          count: totals.rows,
          rows: formatCount(totals.rows, locale),
          raw: formatBytes(totals.rawBytes, locale),
          objects: largeObjects.count,
        }),
      ],
      [
        t("facts.migrations"),
        manifest.ledger.length === 0
          ? t("facts.noLedger")
          : manifest.ledger.map((one) => `${one.service} ${one.version}`).join(", "),
      ],
      [t("facts.codec"), `${manifest.codec}, ${t(manifest.keyId ? "facts.encrypted" : "facts.plain")}`],
    );
    if (manifest.extensions.length > 0) rows.push([t("facts.extensions"), manifest.extensions.join(", ")]);
  }
  return (
    <Section title={t(manifest ? "facts.title" : "facts.about")}>
      <div className="panel fields-panel">
        <dl className="kv">
          {rows.map(([name, value]) => (
            <div key={name} className="contents">
              <dt>{name}</dt>
              <dd className="wrap-any">{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Section>
  );
}
