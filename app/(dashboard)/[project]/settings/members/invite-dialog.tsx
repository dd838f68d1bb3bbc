"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogBody,
  DialogClose,
  DialogContent,
  DialogFoot,
  DialogTrigger,
} from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { ROLES } from "@/lib/access/roles";
import { ShownOnce } from "../_components/shown-once";
import { invite } from "./actions";

/** Invites an address; the link comes back once and is passed on by hand. */
export function InviteDialog({ projectId }: { projectId: string }) {
  const t = useTranslations("settings.members");
  const common = useTranslations("common");
  const roles = useTranslations("settings.roles");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [link, setLink] = useState<string | null>(null);

  function change(next: boolean) {
    setOpen(next);
    if (next) return;
    setLink(null);
    router.refresh();
  }

  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button variant="go" size="small" data-new="">
          <Icon name="plus" />
          {t("invite")}
        </Button>
      </DialogTrigger>
      <DialogContent title={t("invite")} text={link ? undefined : t("inviteText")}>
        {link ? (
          <>
            <DialogBody>
              <ShownOnce text={link} label={t("link")} hint={t("linkHint")} />
            </DialogBody>
            <DialogFoot>
              <DialogClose asChild>
                <Button variant="go">{common("close")}</Button>
              </DialogClose>
            </DialogFoot>
          </>
        ) : (
          <ActionForm
            action={invite}
            values={{ projectId }}
            onDone={(data: { link: string }) => setLink(data.link)}
          >
            <DialogBody>
              <Field label={t("email")}>
                <Input name="email" type="email" required autoFocus autoComplete="off" />
              </Field>
              <Field label={t("role")}>
                <Select
                  name="role"
                  defaultValue="developer"
                  options={ROLES.map((role) => ({ value: role, label: roles(role) }))}
                />
              </Field>
            </DialogBody>
            <DialogFoot>
              <DialogClose asChild>
                <Button>{common("cancel")}</Button>
              </DialogClose>
              <SubmitButton>{t("makeLink")}</SubmitButton>
            </DialogFoot>
          </ActionForm>
        )}
      </DialogContent>
    </Dialog>
  );
}
