"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { ConfirmByName } from "@/components/confirm-by-name";
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
import { make, revoke } from "./actions";

const DAYS = [7, 30, 90, 365] as const;

/** Makes an API token; it comes back once. */
export function TokenDialog({ projectId }: { projectId: string }) {
  const t = useTranslations("settings.tokens");
  const common = useTranslations("common");
  const roles = useTranslations("settings.roles");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [token, setToken] = useState<string | null>(null);

  function change(next: boolean) {
    setOpen(next);
    if (next) return;
    setToken(null);
    router.refresh();
  }

  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button variant="go" size="small" data-new="">
          <Icon name="plus" />
          {t("add")}
        </Button>
      </DialogTrigger>
      <DialogContent title={t("add")} text={token ? undefined : t("addText")}>
        {token ? (
          <>
            <DialogBody>
              <ShownOnce text={token} label={t("token")} hint={t("tokenHint")} />
            </DialogBody>
            <DialogFoot>
              <DialogClose asChild>
                <Button variant="go">{common("close")}</Button>
              </DialogClose>
            </DialogFoot>
          </>
        ) : (
          <ActionForm
            action={make}
            values={{ projectId }}
            onDone={(data: { token: string }) => setToken(data.token)}
          >
            <DialogBody>
              <Field label={t("name")} hint={t("nameHint")}>
                <Input name="name" required autoFocus maxLength={80} autoComplete="off" />
              </Field>
              <Field label={t("role")}>
                <Select
                  name="role"
                  defaultValue="viewer"
                  options={ROLES.map((role) => ({ value: role, label: roles(role) }))}
                />
              </Field>
              <Field label={t("validFor")}>
                <Select
                  name="expiresInDays"
                  defaultValue="90"
                  options={DAYS.map((days) => ({ value: String(days), label: t("days", { days }) }))}
                />
              </Field>
            </DialogBody>
            <DialogFoot>
              <DialogClose asChild>
                <Button>{common("cancel")}</Button>
              </DialogClose>
              <SubmitButton>{t("make")}</SubmitButton>
            </DialogFoot>
          </ActionForm>
        )}
      </DialogContent>
    </Dialog>
  );
}

export function RevokeToken({ id, name }: { id: string; name: string }) {
  const t = useTranslations("settings.tokens");
  return (
    <ConfirmByName
      trigger={<Button size="small">{t("revoke")}</Button>}
      title={t("revokeTitle", { name })}
      text={t("revokeText")}
      confirm={t("revoke")}
      action={() => revoke({ tokenId: id })}
      done={t("revoked")}
    />
  );
}
