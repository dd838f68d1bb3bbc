"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { ConfirmByName } from "@/components/confirm-by-name";
import { useFailureText } from "@/components/failure-text";
import { Icon } from "@/components/icon";
import { RelativeTime } from "@/components/relative-time";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import type { TargetDetail } from "@/lib/operations/target/views";
import { readLedger, removeTarget, tryConnection } from "./actions";
import { isLocal, ProbeReport } from "./probe-report";
import { TargetForm } from "./target-form";

/** One target: where it is, what the last connection found, what can be done with it. */
export function TargetPanel({
  project,
  target,
  writes,
}: {
  project: string;
  target: TargetDetail;
  writes: boolean;
}) {
  const t = useTranslations("settings.targets");
  const router = useRouter();
  const [busy, start] = useTransition();
  const { probe, syncError } = target;
  const sameFailure = probe !== null && !probe.ok && probe.error.code === syncError?.code;
  const run = (action: () => Promise<{ ok: boolean; error?: { message: string } }>) =>
    start(async () => {
      const answer = await action();
      if (!answer.ok && answer.error) toast.error(answer.error.message);
      router.refresh();
    });
  return (
    <div className="panel fields-panel grid gap-3">
      <div className="target-head">
        <div className="min-w-0">
          <h3 className="strong">{target.service.name}</h3>
          <code className="break-all">
            {target.username}@{target.host}:{target.port}/{target.database}
          </code>
        </div>
        <div className="row-actions gap-2">
          {writes ? (
            <Button
              size="small"
              pending={busy}
              onClick={() => run(() => tryConnection({ targetId: target.id }))}
            >
              {t("test")}
            </Button>
          ) : null}
          <Button
            size="small"
            pending={busy}
            onClick={() =>
              run(async () => {
                const answer = await readLedger({ targetId: target.id });
                return answer.ok && answer.data.error ? { ok: false, error: answer.data.error } : answer;
              })
            }
          >
            {t("sync")}
          </Button>
        </div>
        {writes ? (
          <div className="row-actions icons">
            <Change target={target} />
            <Remove target={target} />
          </div>
        ) : null}
      </div>
      {sameFailure ? null : <Standing project={project} target={target} />}
      {target.probe ? (
        <ProbeReport result={target.probe} local={isLocal(target.host)} blocked={target.syncError !== null} />
      ) : null}
      {target.probedAt ? (
        <p className="muted">
          {t("triedAt")} <RelativeTime at={target.probedAt} />
        </p>
      ) : null}
    </div>
  );
}

/** What its ledger said when it was read last. */
function Standing({ project, target }: { project: string; target: TargetDetail }) {
  const t = useTranslations("settings.targets");
  const say = useFailureText();
  if (target.syncError) {
    const { message, hint } = say(target.syncError);
    return (
      <Note meaning="danger">
        <p className="strong">
          {t("ledgerUnread")} {message}
        </p>
        {hint ? <p className="muted">{hint}</p> : null}
      </Note>
    );
  }
  if (!target.syncedAt) return <p className="muted">{t("ledgerNever")}</p>;
  return (
    <p>
      {t(target.currentVersion === null ? "standingEmpty" : "standing", {
        version: target.currentVersion ?? "",
        applied: target.appliedCount,
        pending: target.pendingCount + target.failedCount,
      })}{" "}
      <span className="muted">
        <RelativeTime at={target.syncedAt} />
      </span>{" "}
      {target.appliedCount === 0 && target.pendingCount > 0 ? (
        <Link className="link" href={`/${project}/baseline/${target.id}`}>
          {t("baseline")}
        </Link>
      ) : null}
    </p>
  );
}

function Change({ target }: { target: TargetDetail }) {
  const t = useTranslations("settings.targets");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const name = `${target.service.name}, ${target.environment.name}`;
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="quiet" size="small-icon" aria-label={t("change", { name })}>
          <Icon name="edit" />
        </Button>
      </DialogTrigger>
      <DialogContent title={t("change", { name })} wide>
        <TargetForm
          environmentId={target.environment.id}
          target={target}
          onDone={() => {
            setOpen(false);
            router.refresh();
          }}
        />
      </DialogContent>
    </Dialog>
  );
}

function Remove({ target }: { target: TargetDetail }) {
  const t = useTranslations("settings.targets");
  const name = `${target.service.name}, ${target.environment.name}`;
  return (
    <ConfirmByName
      trigger={
        <Button variant="quiet" size="small-icon" aria-label={t("delete", { name })}>
          <Icon name="trash" />
        </Button>
      }
      title={t("deleteTitle", { name })}
      text={t("deleteText")}
      names={[target.database]}
      confirm={t("deleteShort")}
      action={({ names }) => removeTarget({ targetId: target.id, confirm: names[0] ?? "" })}
      done={t("deleted")}
    />
  );
}
