"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFoot } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import { ignoreAction } from "../actions";

interface IgnoreDialogProps {
  targetId: string;
  environment: string;
  patterns: string[];
  onClose: () => void;
  onDone: () => void;
}

/** Left out from now on, with a reason that everybody sees. */
export function IgnoreDialog({ targetId, environment, patterns, onClose, onDone }: IgnoreDialogProps) {
  const t = useTranslations("drift");
  const router = useRouter();
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent
        title={t("ignoreTitle", { count: patterns.length })}
        text={t("ignoreText", { environment })}
      >
        <ActionForm
          action={ignoreAction}
          values={{ targetId, patterns }}
          done={t("ignoredNow")}
          onDone={() => {
            onDone();
            onClose();
            router.refresh();
          }}
        >
          <DialogBody>
            <ul className="drift-patterns">
              {patterns.map((pattern) => (
                <li key={pattern}>
                  <code>{pattern}</code>
                </li>
              ))}
            </ul>
            <Field label={t("why")}>
              <Textarea name="reason" required minLength={3} maxLength={1000} autoFocus />
            </Field>
            <Field label={t("everywhere")} beside>
              <Checkbox name="everywhere" />
            </Field>
          </DialogBody>
          <DialogFoot>
            <DialogClose asChild>
              <Button>{t("cancel")}</Button>
            </DialogClose>
            <SubmitButton>{t("ignore", { count: patterns.length })}</SubmitButton>
          </DialogFoot>
        </ActionForm>
      </DialogContent>
    </Dialog>
  );
}
