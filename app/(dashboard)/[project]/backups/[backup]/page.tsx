import { getLocale, getTranslations } from "next-intl/server";
import { EnvironmentChip, EnvironmentLine } from "@/components/environment";
import { formatBytes, formatCount, formatDuration } from "@/components/format";
import { Page, PageHead, Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { Note } from "@/components/states";
import { getBackup } from "@/lib/operations/backup/get";
import { describeFailure, runForPage } from "@/lib/transport/action";
import { BackupMark, ProofMark } from "../_components/marks";
import { Watch } from "../_components/watch";
import { BackupActions } from "./backup-actions";
import { Facts } from "./facts";
import { MakingProgress } from "./progress";
import { Uses } from "./uses";

interface PageProps {
  params: Promise<{ project: string; backup: string }>;
}

export async function generateMetadata() {
  return { title: (await getTranslations("backups"))("detail.title") };
}

const GOING = ["queued", "running"];

export default async function BackupPage({ params }: PageProps) {
  const { backup: backupId } = await params;
  const [stored, t, locale] = await Promise.all([
    runForPage(getBackup, { backupId }),
    getTranslations("backups"),
    getLocale(),
  ]);
  const backup = {
    ...stored,
    error: stored.error && (await describeFailure(stored.error)),
    uses: await Promise.all(
      stored.uses.map(async (use) => ({ ...use, error: use.error && (await describeFailure(use.error)) })),
    ),
  };
  const atWork = GOING.includes(backup.state) || backup.uses.some((use) => GOING.includes(use.state));
  const asked = backup.uses.some((use) => use.state === "awaiting_approval");
  const { manifest } = backup;
  return (
    <Page>
      <Watch active={atWork || asked} everyMs={atWork ? 1500 : 5000} />
      {backup.environment ? <EnvironmentLine color={backup.environment.color} /> : null}
      <PageHead
        title={t("detail.of", { service: backup.service })}
        facts={[
          backup.environment ? (
            <EnvironmentChip key="e" environment={backup.environment} plain />
          ) : (
            backup.environmentName
          ),
          <RelativeTime key="at" at={backup.at} />,
          backup.bytes === null ? null : formatBytes(backup.bytes, locale),
          t(`origin.${backup.origin}`, { number: backup.deployment ?? 0 }),
        ]}
        actions={
          backup.state === "succeeded" ? (
            <ProofMark backup={backup} tag />
          ) : (
            <BackupMark state={backup.state} tag />
          )
        }
      />
      {backup.description ? <p className="lead mt-4">{backup.description}</p> : null}
      {backup.error ? (
        <div className="mt-4">
          <Note meaning="danger">
            <p className="strong">{backup.error.message}</p>
            {backup.error.hint ? <p className="muted">{backup.error.hint}</p> : null}
          </Note>
        </div>
      ) : null}
      {GOING.includes(backup.state) ? <MakingProgress backup={backup} /> : null}
      <BackupActions backup={backup} />
      <Uses backup={backup} />
      <Facts backup={backup} />
      {manifest && manifest.tables.length > 0 ? (
        <Section
          title={t("detail.tables")}
          note={t("detail.largest", { shown: manifest.tables.length, of: manifest.totals.tables })}
        >
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          <div className="panel tables-held" tabIndex={0} role="group" aria-label={t("detail.tables")}>
            <table className="tbl">
              <thead>
                <tr>
                  <th scope="col">{t("detail.table")}</th>
                  <th scope="col" className="num">
                    {t("detail.rows")}
                  </th>
                  <th scope="col" className="num">
                    {t("detail.size")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {manifest.tables.map((table) => (
                  <tr key={`${table.schema}.${table.name}`}>
                    <td>
                      <code>
                        {table.schema}.{table.name}
                      </code>
                    </td>
                    <td className="num">{formatCount(table.rows, locale)}</td>
                    <td className="num">{formatBytes(table.bytes, locale)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
      ) : null}
      {backup.durationMs === null ? null : (
        <p className="mt-4 muted">
          {t(`detail.${backup.state === "succeeded" ? "took" : "after"}`, {
            time: formatDuration(backup.durationMs, locale),
          })}
        </p>
      )}
    </Page>
  );
}
