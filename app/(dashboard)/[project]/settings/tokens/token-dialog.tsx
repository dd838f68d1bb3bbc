"use client";

import { useTranslations } from "next-intl";
import { ConfirmByName } from "@/components/confirm-by-name";
import { FormDialog } from "@/components/form-dialog";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
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
  const roles = useTranslations("settings.roles");
  return (
    <FormDialog
      trigger={
        <Button variant="go" size="small" data-new="">
          <Icon name="plus" />
          {t("add")}
        </Button>
      }
      title={t("add")}
      text={t("addText")}
      action={make}
      values={{ projectId }}
      result={({ token }: { token: string }) => (
        <ShownOnce text={token} label={t("token")} hint={t("tokenHint")} />
      )}
      submit={t("make")}
    >
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
    </FormDialog>
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
