"use client";

import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";
import type { ActionAnswer } from "@/components/action-state";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Button } from "@/components/ui/button";
import type { BackupDetail, UseRow } from "@/lib/operations/backup/views";
import { KeptActions } from "../_components/kept-actions";
import { approveAction, cancelUseAction, endDoubtAction } from "../actions";

interface UseActionsProps {
  use: UseRow;
  can: BackupDetail["can"];
  viewer: string | null;
  /** The moment that the backup shows. */
  takenAt: string;
}

/** Approve, cancel, the way back after a swap, and a person's word about what nobody else can tell. */
export function UseActions({ use, can, viewer, takenAt }: UseActionsProps) {
  const t = useTranslations("backups.use");
  const format = useFormatter();
  const router = useRouter();
  const [pending, start] = useTransition();
  const useId = use.id;
  const run = (action: () => Promise<ActionAnswer>, done: string) =>
    start(async () => {
      const answer = await action();
      if (answer.ok) toast.success(done);
      else toast.error(answer.error.message, { description: answer.error.hint });
      router.refresh();
    });
  const open = ["awaiting_approval", "queued", "running"].includes(use.state);
  const own = use.createdBy.id === viewer;
  const ending = use.state !== "awaiting_approval" ? "cancel" : own ? "withdraw" : "refuse";
  const decided = use.approvals.given.some(({ id }) => id === viewer);
  const kept = use.keptDatabase && !use.keptDroppedAt ? use.keptDatabase : null;
  const doubtful = use.state === "in_doubt" && can.restore;
  if (!open && !kept && !doubtful) return null;
  return (
    <div className="flex flex-wrap gap-2 mt-2">
      {use.state === "awaiting_approval" && can.approve && !own && !decided ? (
        <ConfirmByName
          trigger={<Button size="small">{t("approve")}</Button>}
          title={t("approveTitle", { database: use.database ?? "" })}
          text={t("approveText", {
            database: use.database ?? "",
            environment: use.environment?.name ?? "",
            at: format.dateTime(new Date(takenAt), { dateStyle: "medium", timeStyle: "short" }),
            mode: use.mode,
            count: use.tables.length,
          })}
          variant="go"
          confirm={t("approve")}
          action={() => approveAction({ useId })}
          done={t("approved")}
        />
      ) : null}
      {open && can.verify ? (
        <Button
          size="small"
          variant="stop"
          pending={pending}
          disabled={use.cancelAskedAt !== null}
          onClick={() => run(() => cancelUseAction({ useId }), t(`${ending}Asked`))}
        >
          {t(ending)}
        </Button>
      ) : null}
      {doubtful
        ? (["done", "not_done"] as const).map((as) => (
            <ConfirmByName
              key={as}
              trigger={<Button size="small">{t(`settle.${as}`)}</Button>}
              title={t("settle.title", { as })}
              text={t("settle.text")}
              reason="required"
              variant="go"
              confirm={t(`settle.${as}`)}
              action={({ reason = "" }) => endDoubtAction({ useId, as, reason })}
              done={t("settle.settled")}
            />
          ))
        : null}
      {kept && can.restore && use.database ? (
        <KeptActions useId={useId} database={use.database} kept={kept} kind={use.keptKind ?? "before"} />
      ) : null}
    </div>
  );
}
