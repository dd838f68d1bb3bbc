"use client";

import { useTranslations } from "next-intl";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Panel } from "@/components/page";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { LOCALES, THEMES } from "@/lib/transport/locales";
import { saveProfile } from "../actions";

export function ProfileForm({ user }: { user: { name: string; locale: string; theme: string } }) {
  const t = useTranslations("account");
  return (
    <Panel padded>
      <ActionForm action={saveProfile} done={t("saved")}>
        <Field label={t("name")}>
          <Input name="name" defaultValue={user.name} autoComplete="name" required maxLength={100} />
        </Field>
        <div className="row">
          <Field label={t("language")}>
            <Select
              name="locale"
              defaultValue={user.locale}
              options={["auto", ...LOCALES].map((value) => ({
                value,
                label: t(`languages.${value as "auto"}`),
              }))}
            />
          </Field>
          <Field label={t("theme")}>
            <Select
              name="theme"
              defaultValue={user.theme}
              options={THEMES.map((value) => ({ value, label: t(`themes.${value}`) }))}
            />
          </Field>
        </div>
        <div className="buttons">
          <SubmitButton>{t("save")}</SubmitButton>
        </div>
      </ActionForm>
    </Panel>
  );
}
