import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { EnvironmentChip } from "@/components/environment";
import { formatBytes, formatCount, formatDuration } from "@/components/format";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import type { BackupDetail, UseRow } from "@/lib/operations/backup/views";
import { useKeptWords } from "../_components/kept-words";
import { UseMark } from "../_components/marks";
import { UseActions } from "./use-actions";

/** So many of the chosen tables are named. */
const TABLES = 20;

/** Verifications, tests and restores of this backup, newest first. */
export function Uses({ backup }: { backup: BackupDetail }) {
  const t = useTranslations("backups");
  if (backup.uses.length === 0) return null;
  return (
    <Section title={t("use.title")}>
      <ul className="panel uses">
        {backup.uses.map((use) => (
          <li key={use.id}>
            <div className="use-head">
              <UseMark state={use.state} ok={isGood(use)} />
              <b>{t(`use.mode.${use.mode}`, { database: use.database ?? "" })}</b>
              {use.environment && use.mode !== "verify" && use.mode !== "test" ? (
                <EnvironmentChip environment={use.environment} plain />
              ) : null}
              <span className="muted">
                {use.createdBy.label}, <RelativeTime at={use.createdAt} />
              </span>
            </div>
            <UseText use={use} />
            {use.result?.freshBackup ? (
              <p className="muted">
                {t.rich("use.fresh", {
                  link: (words) => (
                    <Link
                      className="link"
                      href={`/${backup.project.slug}/backups/${use.result?.freshBackup}`}
                    >
                      {words}
                    </Link>
                  ),
                })}
              </p>
            ) : null}
            <UseActions use={use} can={backup.can} viewer={backup.viewer} takenAt={backup.at} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function isGood({ result }: UseRow): boolean {
  return (result?.verify?.ok ?? true) && (result?.checks?.ok ?? true);
}

function UseText({ use }: { use: UseRow }) {
  const t = useTranslations("backups");
  const locale = useLocale();
  const format = useFormatter();
  const kept = useKeptWords();
  const { result, progress } = use;
  const lines: string[] = [];
  // First of all: whoever approves must know that it is these, and that the rest stays as it is.
  if (use.tables.length > 0)
    lines.push(
      t("use.onlyTables", {
        count: use.tables.length,
        names: use.tables.slice(0, TABLES).join(", "),
        more: Math.max(0, use.tables.length - TABLES),
      }),
    );
  if (use.state === "awaiting_approval")
    lines.push(t("use.approvals", { given: use.approvals.given.length, needed: use.approvals.needed }));
  else if (use.approvals.given.length > 0)
    lines.push(t("use.approvedBy", { names: use.approvals.given.map(({ label }) => label).join(", ") }));
  if (use.reason) lines.push(use.reason);
  if (progress) {
    lines.push(
      "phase" in progress
        ? t("use.restoring", {
            phase: t(`use.phase.${progress.phase}`),
            bytes: formatBytes(progress.bytes, locale),
            of: formatBytes(progress.bytesTotal, locale),
          })
        : t("use.reading", {
            bytes: formatBytes(progress.bytes, locale),
            of: formatBytes(progress.bytesTotal, locale),
            files: progress.files,
            all: progress.filesTotal,
          }),
    );
  }
  if (use.error) lines.push([use.error.message, use.error.hint].filter(Boolean).join(" "));
  if (result?.verify) {
    const { verify } = result;
    lines.push(
      verify.ok
        ? t("use.intact", { files: verify.filesChecked, bytes: formatBytes(verify.bytesChecked, locale) })
        : verify.findings.slice(0, 5).map(kept.finding).join(" "),
    );
    if (verify.author === "no_key") lines.push(t("use.noKey"));
  }
  if (result?.checks) {
    const { checks } = result;
    lines.push(
      checks.ok
        ? t("use.equal", {
            tables: checks.tables,
            count: checks.rows,
            rows: formatCount(checks.rows, locale),
            schema: checks.fingerprint?.equal ? "yes" : "no",
          })
        : t("use.differs", {
            counts: checks.wrongCounts.length,
            invalid: checks.invalid.length,
            schema: checks.fingerprint?.equal === false ? "yes" : "no",
          }),
    );
  }
  const kind = use.keptKind ?? "before";
  if (use.keptDatabase && !use.keptDroppedAt) {
    const until = use.keptUntil ? format.dateTime(new Date(use.keptUntil), { dateStyle: "medium" }) : "none";
    lines.push(t(`use.kept.${kind}`, { database: use.keptDatabase, until }));
  }
  if (use.keptDroppedAt) lines.push(t(`use.keptGone.${kind}`, { database: use.keptDatabase ?? "" }));
  // Once the one from before is back, this is no longer what the live database says; chosen tables do not change it.
  if (
    result?.ledger &&
    kind === "before" &&
    use.tables.length === 0 &&
    use.mode !== "test" &&
    use.mode !== "verify"
  )
    lines.push(
      t("use.ledger", {
        count: result.ledger.length,
        versions: result.ledger.map((one) => `${one.service} ${one.version}`).join(", "),
      }),
    );
  if (result?.rolesCreated?.length)
    lines.push(t("use.rolesCreated", { roles: result.rolesCreated.join(", ") }));
  if (result?.foreignKeysLeft?.length)
    lines.push(t("use.keysLeft", { keys: result.foreignKeysLeft.join(", ") }));
  for (const note of result?.notes ?? []) lines.push(kept.note(note));
  if (use.durationMs !== null) lines.push(t("use.took", { time: formatDuration(use.durationMs, locale) }));
  return lines.map((line) => (
    <p key={line} className="muted" role={progress ? "status" : undefined}>
      {line}
    </p>
  ));
}
