"use client";

import { useTranslations } from "next-intl";
import { FormDialog } from "@/components/form-dialog";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { ROLES } from "@/lib/access/roles";
import { ShownOnce } from "../_components/shown-once";
import { invite } from "./actions";

/** Invites an address; the link comes back once and is passed on by hand. */
export function InviteDialog({ projectId }: { projectId: string }) {
  const t = useTranslations("settings.members");
  const roles = useTranslations("settings.roles");
  return (
    <FormDialog
      trigger={
        <Button variant="go" size="small" data-new="">
          <Icon name="plus" />
          {t("invite")}
        </Button>
      }
      title={t("invite")}
      text={t("inviteText")}
      action={invite}
      values={{ projectId }}
      result={({ link }: { link: string }) => (
        <ShownOnce text={link} label={t("link")} hint={t("linkHint")} />
      )}
      submit={t("makeLink")}
    >
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
    </FormDialog>
  );
}
