"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Button } from "@/components/ui/button";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFoot } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { DriftView } from "@/lib/operations/drift/views";
import { adoptAction } from "../actions";

interface AdoptDialogProps {
  view: DriftView;
  /** Ids; undefined: all. */
  changes: string[] | undefined;
  count: number;
  onClose: () => void;
}

/** What was done by hand becomes a migration, which counts as applied here. */
export function AdoptDialog({ view, changes, count, onClose }: AdoptDialogProps) {
  const t = useTranslations("drift");
  const router = useRouter();
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent
        title={t("adoptTitle", { count })}
        text={t("adoptText", { environment: view.environment.name, service: view.service.name })}
      >
        <ActionForm<{ id: string; recorded: boolean }>
          action={adoptAction}
          values={{ targetId: view.targetId, ...(changes ? { changes } : {}) }}
          done={t("adopted")}
          onDone={({ id, recorded }) =>
            router.push(`/${view.project.slug}/migrations/${id}${recorded ? "" : "/edit"}`)
          }
        >
          <DialogBody>
            <Field label={t("name")} hint={t("nameHint")}>
              <Input name="name" required maxLength={100} autoComplete="off" autoFocus />
            </Field>
          </DialogBody>
          <DialogFoot>
            <DialogClose asChild>
              <Button>{t("cancel")}</Button>
            </DialogClose>
            <SubmitButton>{t("adopt", { count })}</SubmitButton>
          </DialogFoot>
        </ActionForm>
      </DialogContent>
    </Dialog>
  );
}
