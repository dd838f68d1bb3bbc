"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";
import type { ActionAnswer } from "@/components/action-state";
import { ConfirmByName } from "@/components/confirm-by-name";
import { FormDialog } from "@/components/form-dialog";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { BackupDetail } from "@/lib/operations/backup/views";
import { labelsOf, labelsText } from "../_components/labels";
import { cancelAction, deleteAction, testAction, updateAction, verifyAction } from "../actions";

/** What can be done with it now; nothing that the reader may not do. */
export function BackupActions({ backup }: { backup: BackupDetail }) {
  const t = useTranslations("backups.actions");
  const router = useRouter();
  const [pending, start] = useTransition();
  const { id: backupId, can, state } = backup;
  const slug = backup.project.slug;
  const going = state === "queued" || state === "running";
  const run = (action: () => Promise<ActionAnswer>, done: string) =>
    start(async () => {
      const answer = await action();
      if (answer.ok) toast.success(done);
      else toast.error(answer.error.message, { description: answer.error.hint });
      router.refresh();
    });

  return (
    <div className="backup-acts">
      {state === "succeeded" && can.restore ? (
        <Button asChild variant="go">
          <Link href={`/${slug}/backups/${backupId}/restore`}>{t("restore")}</Link>
        </Button>
      ) : null}
      {(state === "failed" || state === "cancelled") && can.cancel && backup.targetId ? (
        <Button asChild>
          <Link href={`/${slug}/backups/new?target=${backup.targetId}&like=${backupId}`}>{t("again")}</Link>
        </Button>
      ) : null}
      {state === "succeeded" && can.verify ? (
        <>
          <Button pending={pending} onClick={() => run(() => verifyAction({ backupId }), t("verifyAsked"))}>
            {t("verify")}
          </Button>
          <Button pending={pending} onClick={() => run(() => testAction({ backupId }), t("testAsked"))}>
            {t("test")}
          </Button>
        </>
      ) : null}
      {state === "succeeded" && can.export ? (
        <Button asChild>
          <a href={`/${slug}/backups/${backupId}/export`} download>
            <Icon name="download" />
            {t("export")}
          </a>
        </Button>
      ) : null}
      {state === "succeeded" && can.pin ? (
        <Button
          pending={pending}
          onClick={() =>
            run(
              () => updateAction({ backupId, pinned: !backup.pinned }),
              t(backup.pinned ? "unpinned" : "pinned"),
            )
          }
        >
          {t(backup.pinned ? "unpin" : "pin")}
        </Button>
      ) : null}
      {can.pin ? <DescribeDialog backup={backup} /> : null}
      {going && can.cancel ? (
        <Button
          variant="stop"
          data-key="x"
          pending={pending}
          disabled={backup.cancelAskedAt !== null}
          onClick={() => run(() => cancelAction({ backupId }), t("cancelAsked"))}
        >
          {t("cancel")} <kbd>x</kbd>
        </Button>
      ) : null}
      {!going && state !== "deleting" && can.delete ? (
        <ConfirmByName
          trigger={
            <Button variant="stop">
              <Icon name="trash" />
              {t("delete")}
            </Button>
          }
          title={t("deleteTitle")}
          text={t("deleteText")}
          names={state === "succeeded" ? [backup.snapshotId] : []}
          confirm={t("delete")}
          action={({ names }) => deleteAction({ backupId, ...(names[0] ? { confirm: names[0] } : {}) })}
          done={t("deleted")}
          href={`/${slug}/backups`}
        />
      ) : null}
    </div>
  );
}

/** What people say of it: what for, and labels. */
function DescribeDialog({ backup }: { backup: BackupDetail }) {
  const t = useTranslations("backups");
  return (
    <FormDialog
      trigger={
        <Button>
          <Icon name="edit" />
          {t("actions.describe")}
        </Button>
      }
      title={t("actions.describeTitle")}
      action={({ description = "", labels }: { description?: string; labels?: string }) =>
        updateAction({ backupId: backup.id, description, labels: labelsOf(labels) })
      }
      done={t("actions.described")}
      submit={t("actions.save")}
    >
      <Field label={t("new.description")} optional>
        <Input name="description" maxLength={500} defaultValue={backup.description} />
      </Field>
      <Field label={t("new.labels")} hint={t("new.labelsHint")} optional>
        <Input name="labels" maxLength={1000} defaultValue={labelsText(backup.labels)} />
      </Field>
    </FormDialog>
  );
}
