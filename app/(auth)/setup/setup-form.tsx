"use client";

import { useTranslations } from "next-intl";
import { useRef } from "react";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PASSWORD_MIN } from "@/lib/access/password-rules";
import { signInWithPassword } from "../_components/sign-in";
import { setUp } from "../actions";

type Given = Parameters<typeof setUp>[0];

/** The first administrator's account; whoever makes it is signed in. */
export function SetupForm() {
  const t = useTranslations("auth");
  const given = useRef<Given | null>(null);
  return (
    <ActionForm
      action={(input: Given) => {
        given.current = input;
        return setUp(input);
      }}
      onDone={async () => {
        if (given.current) await signInWithPassword(given.current);
        window.location.assign("/projects");
      }}
    >
      <Field label={t("name")}>
        <Input name="name" autoComplete="name" required autoFocus />
      </Field>
      <Field label={t("email")}>
        <Input name="email" type="email" autoComplete="username" required />
      </Field>
      <Field label={t("password")} hint={t("passwordHint", { count: PASSWORD_MIN })}>
        <Input name="password" type="password" autoComplete="new-password" required />
      </Field>
      <SubmitButton size="big">{t("setUp")}</SubmitButton>
    </ActionForm>
  );
}
