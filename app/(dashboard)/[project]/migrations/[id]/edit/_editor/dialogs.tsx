"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { RelativeTime } from "@/components/relative-time";
import { Button } from "@/components/ui/button";
import { Dialog, DialogBody, DialogContent, DialogFoot } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Skeleton } from "@/components/ui/skeleton";
import { differingLines } from "@/lib/core/run/difference";
import type { MigrationView } from "@/lib/operations/migration/views";
import { createAction, getAction } from "../../../actions";
import type { useText } from "./use-text";

interface ConflictDialogProps {
  project: string;
  view: MigrationView;
  text: ReturnType<typeof useText>;
  onClose: () => void;
}

/** Somebody saved in between: both texts stay until a person has chosen. */
export function ConflictDialog({ project, view, text, onClose }: ConflictDialogProps) {
  const t = useTranslations("editor");
  const router = useRouter();
  const [theirs, setTheirs] = useState<MigrationView | null>(null);
  const [pending, setPending] = useState(false);

  useEffect(() => {
    getAction({ id: view.id }).then(
      (answer) => (answer.ok ? setTheirs(answer.data) : toast.error(answer.error.message)),
      () => toast.error(t("connectionLost")),
    );
  }, [view.id, t]);

  async function keepMine() {
    if (!theirs) return;
    setPending(true);
    const answer = await text.save({ revision: theirs.revision });
    setPending(false);
    if (answer.ok) onClose();
    else toast.error(answer.message || t("notSaved"));
  }

  async function copyMine() {
    setPending(true);
    const input = {
      project,
      service: view.service.name,
      name: `${view.name}_mine`,
      up: text.text.up,
      down: text.text.down,
    };
    const answer = await createAction(input).catch(() => null);
    setPending(false);
    if (!answer?.ok) {
      toast.error(answer?.error.message ?? t("connectionLost"));
      return;
    }
    takeTheirs();
    router.push(`/${project}/migrations/${answer.data.id}/edit`);
  }

  function takeTheirs() {
    if (!theirs) return;
    text.accept({ up: theirs.up, down: theirs.down }, theirs.revision, theirs.updatedAt);
    void text.forget();
    onClose();
  }

  const name = theirs?.updatedBy?.name ?? t("somebody");
  return (
    <Dialog open onOpenChange={(open) => !open && !pending && onClose()}>
      <DialogContent wide title={t("conflict.title", { name })} text={t("conflict.text")}>
        <DialogBody>
          {theirs ? (
            <>
              <p className="muted">
                {name}, <RelativeTime at={theirs.updatedAt} />
              </p>
              <Difference label={t("script.up")} theirs={theirs.up} mine={text.text.up} />
              <Difference label={t("script.down")} theirs={theirs.down ?? ""} mine={text.text.down ?? ""} />
              {theirs.up === text.text.up && theirs.down === text.text.down ? (
                <p>{t("conflict.same")}</p>
              ) : null}
            </>
          ) : (
            <Skeleton width="100%" height={120} />
          )}
        </DialogBody>
        <DialogFoot>
          <Button onClick={() => void copyMine()} disabled={!theirs} pending={pending}>
            {t("conflict.copy")}
          </Button>
          <Button onClick={takeTheirs} disabled={!theirs}>
            {t("conflict.theirs", { name })}
          </Button>
          <Button variant="stop" onClick={() => void keepMine()} disabled={!theirs} pending={pending}>
            {t("conflict.mine")}
          </Button>
        </DialogFoot>
      </DialogContent>
    </Dialog>
  );
}

function Difference({ label, theirs, mine }: { label: string; theirs: string; mine: string }) {
  const t = useTranslations("editor");
  if (theirs === mine) return null;
  return (
    <section aria-label={label}>
      <p className="strong">
        {label} <span className="muted">{t("conflict.legend")}</span>
      </p>
      <div className="diff conflict-diff">
        {differingLines(theirs, mine, 300)
          .split("\n")
          .map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are in order
            <div key={index} className={line.startsWith("- ") ? "del" : line.startsWith("+ ") ? "add" : ""}>
              <span />
              <span>{line.startsWith("- ") ? "−" : line.startsWith("+ ") ? "+" : ""}</span>
              <span>{line.slice(2)}</span>
            </div>
          ))}
      </div>
    </section>
  );
}

/** Why a finding does not count here; it is written into the script, where a reviewer reads it. */
export function IgnoreDialog({
  title,
  onIgnore,
  onClose,
}: {
  title: string;
  onIgnore: (reason: string) => void;
  onClose: () => void;
}) {
  const t = useTranslations("editor");
  const [reason, setReason] = useState("");
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent title={t("ignoreTitle")} text={title}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!reason.trim()) return;
            onClose();
            onIgnore(reason.trim());
          }}
        >
          <DialogBody>
            <Field label={t("reason")} hint={t("ignoreHint")}>
              <Input
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                maxLength={300}
                autoFocus
              />
            </Field>
          </DialogBody>
          <DialogFoot>
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" variant="go" disabled={!reason.trim()}>
              {t("ignoreConfirm")}
            </Button>
          </DialogFoot>
        </form>
      </DialogContent>
    </Dialog>
  );
}

/** A script that ran already is about to become another one. */
export function ConfirmDialog({
  environments,
  name,
  onConfirm,
  onClose,
}: {
  environments: string[];
  name: string;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const t = useTranslations("editor");
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={t("applied.title", { name, environments: environments.join(", ") })}
        text={t("applied.text")}
      >
        <DialogFoot>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            variant="stop"
            onClick={() => {
              onClose();
              onConfirm();
            }}
          >
            {t("applied.confirm")}
          </Button>
        </DialogFoot>
      </DialogContent>
    </Dialog>
  );
}
