import { getTranslations } from "next-intl/server";
import { EnvironmentLine } from "@/components/environment";
import { Page, PageHead } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { ErrorState } from "@/components/states";
import { DomainError, keepFailure } from "@/lib/errors";
import { type BackupContents, getBackupContents } from "@/lib/operations/backup/contents";
import { getBackup } from "@/lib/operations/backup/get";
import { listBackupPolicies } from "@/lib/operations/backup/policy";
import { listTargets } from "@/lib/operations/target/get";
import { describeFailure, requireForPage, runForPage } from "@/lib/transport/action";
import { ProofMark } from "../../_components/marks";
import { proofOf } from "../../_components/proof";
import { RestoreWizard } from "./restore-wizard";

interface PageProps {
  params: Promise<{ project: string; backup: string }>;
}

export async function generateMetadata() {
  return { title: (await getTranslations("backups"))("wizard.title") };
}

/** An archive that is gone or cannot be read now is told on the page of its backup. */
async function readContents(
  backupId: string,
): Promise<BackupContents | { error: { message: string; hint?: string } }> {
  try {
    return await runForPage(getBackupContents, { backupId });
  } catch (error) {
    if (error instanceof DomainError) return { error: await describeFailure(keepFailure(error)) };
    throw error;
  }
}

export default async function RestorePage({ params }: PageProps) {
  const { project, backup: backupId } = await params;
  await requireForPage(project, "backup.restore");
  const [backup, contents, targets, policies, t] = await Promise.all([
    runForPage(getBackup, { backupId }),
    readContents(backupId),
    runForPage(listTargets, { slug: project }),
    runForPage(listBackupPolicies, { project }),
    getTranslations("backups"),
  ]);
  return (
    <Page>
      {backup.environment ? <EnvironmentLine color={backup.environment.color} /> : null}
      <PageHead
        title={t("wizard.of", { service: backup.service, environment: backup.environmentName || "none" })}
        facts={[<RelativeTime key="at" at={backup.at} />, <code key="n">{backup.snapshotId}</code>]}
        actions={<ProofMark backup={backup} tag />}
      />
      <div className="sec first">
        {"error" in contents ? (
          <ErrorState title={contents.error.message} hint={contents.error.hint ?? ""} />
        ) : (
          <RestoreWizard
            project={project}
            backup={{
              id: backup.id,
              targetId: backup.targetId,
              isWhole: backup.scope.kind === "database",
              proof: proofOf(backup),
              database: backup.manifest?.database ?? "",
              ledger: backup.manifest?.ledger ?? [],
              replication: backup.manifest?.replication ?? null,
              roles: backup.manifest?.roles ?? [],
            }}
            contents={contents}
            targets={targets.map(({ id, service, environment, database, host, currentVersion }) => ({
              ...{ id, database, host, currentVersion, environment },
              service: service.name,
              approvals:
                policies.find((one) => one.environment.id === environment.id)?.policy.restoreApprovals ?? 0,
            }))}
          />
        )}
      </div>
    </Page>
  );
}
