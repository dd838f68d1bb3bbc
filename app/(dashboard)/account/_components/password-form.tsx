"use client";

import { useTranslations } from "next-intl";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Panel } from "@/components/page";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PASSWORD_MIN } from "@/lib/access/password-rules";
import { savePassword } from "../actions";

/** Changing the password signs every other browser out. */
export function PasswordForm({ hasPassword, email }: { hasPassword: boolean; email: string }) {
  const t = useTranslations("account");
  return (
    <Panel padded>
      <ActionForm action={savePassword} done={t("passwordSaved")} reset>
        {/* For password managers: whose password this is. */}
        <input type="hidden" autoComplete="username" defaultValue={email} />
        {hasPassword ? (
          <Field label={t("currentPassword")}>
            <Input name="currentPassword" type="password" autoComplete="current-password" required />
          </Field>
        ) : null}
        <Field label={t("newPassword")} hint={t("passwordHint", { count: PASSWORD_MIN })}>
          <Input name="password" type="password" autoComplete="new-password" required />
        </Field>
        <div className="buttons">
          <SubmitButton variant="default">{t("changePassword")}</SubmitButton>
        </div>
      </ActionForm>
    </Panel>
  );
}
