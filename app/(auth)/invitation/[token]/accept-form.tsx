"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { PASSWORD_MIN } from "@/lib/access/password-rules";
import type { InvitationView } from "@/lib/operations/invitation/accept";
import { signInWithPassword } from "../../_components/sign-in";
import { accept } from "../../actions";

/** Joins with a new account, or with the one that the reader is signed in with. */
export function AcceptForm({ token, invitation }: { token: string; invitation: InvitationView }) {
  const t = useTranslations("auth");
  const password = useRef("");
  if (invitation.hasAccount && !invitation.isReader) {
    return (
      <>
        <p className="lead">{t("hasAccount", { email: invitation.email })}</p>
        <Button asChild variant="go" size="big">
          <Link href={`/sign-in?to=${encodeURIComponent(`/invitation/${token}`)}`}>{t("signIn")}</Link>
        </Button>
      </>
    );
  }
  return (
    <ActionForm
      values={{ token }}
      action={(input: Parameters<typeof accept>[0]) => {
        password.current = input.password ?? "";
        return accept(input);
      }}
      onDone={async ({ email, slug }: { email: string; slug: string }) => {
        if (!invitation.isReader) await signInWithPassword({ email, password: password.current });
        window.location.assign(`/${slug}`);
      }}
    >
      {invitation.isReader ? null : (
        <>
          <Field label={t("email")}>
            <Input value={invitation.email} autoComplete="username" readOnly />
          </Field>
          <Field label={t("name")}>
            <Input name="name" autoComplete="name" required autoFocus />
          </Field>
          <Field label={t("password")} hint={t("passwordHint", { count: PASSWORD_MIN })}>
            <Input name="password" type="password" autoComplete="new-password" required />
          </Field>
        </>
      )}
      <SubmitButton size="big">{t("join", { project: invitation.project.name })}</SubmitButton>
    </ActionForm>
  );
}
