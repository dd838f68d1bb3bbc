import { getTranslations } from "next-intl/server";
import { EnvironmentLine } from "@/components/environment";
import { Page, PageHead } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { getBackupContents } from "@/lib/operations/backup/contents";
import { getBackup } from "@/lib/operations/backup/get";
import { listBackupPolicies } from "@/lib/operations/backup/policy";
import { listTargets } from "@/lib/operations/target/get";
import { runForPage } from "@/lib/transport/action";
import { ProofMark } from "../../_components/marks";
import { RestoreWizard } from "./restore-wizard";

interface PageProps {
  params: Promise<{ project: string; backup: string }>;
}

export async function generateMetadata() {
  return { title: (await getTranslations("backups"))("wizard.title") };
}

export default async function RestorePage({ params }: PageProps) {
  const { project, backup: backupId } = await params;
  const [backup, contents, targets, policies, t] = await Promise.all([
    runForPage(getBackup, { backupId }),
    runForPage(getBackupContents, { backupId }),
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
        <RestoreWizard
          project={project}
          backup={{
            id: backup.id,
            targetId: backup.targetId,
            isWhole: backup.scope.kind === "database",
            proven: backup.tested.state === "restores",
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
      </div>
    </Page>
  );
}
