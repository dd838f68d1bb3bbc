"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useEffect, useRef, useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Refusal } from "../../_components/refusal";
import { goToProvider, type SignInAnswer, signInWithPassword } from "../../_components/sign-in";

interface SignInFormProps {
  to: string;
  /** Name of the provider; null: none is configured. */
  provider: string | null;
  /** Code of a refusal that the provider's way back brought. */
  error: string | null;
}

/** E-mail and password, then the one-time code where the account asks for one. */
export function SignInForm({ to, provider, error }: SignInFormProps) {
  const t = useTranslations("auth");
  const [refusal, setRefusal] = useState<Extract<SignInAnswer, { ok: false }> | null>(
    error ? { ok: false, code: error, value: "" } : null,
  );
  const [asksCode, setAsksCode] = useState(false);
  const [pending, start] = useTransition();
  const code = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (asksCode) code.current?.focus();
  }, [asksCode]);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    start(async () => {
      const answer = await signInWithPassword({
        email: text("email"),
        password: text("password"),
        code: text("code"),
      });
      if (answer.ok) return window.location.assign(to);
      if (answer.code === "session.code_needed") {
        setAsksCode(true);
        setRefusal(null);
      } else setRefusal(answer);
    });
  }

  return (
    <>
      <form className="form" onSubmit={submit} method="post">
        <Field label={t("email")}>
          <Input name="email" type="email" autoComplete="username" required autoFocus readOnly={asksCode} />
        </Field>
        <Field label={t("password")}>
          <Input
            name="password"
            type="password"
            autoComplete="current-password"
            required
            readOnly={asksCode}
          />
        </Field>
        {asksCode ? (
          <Field label={t("code")} hint={t("codeHint")}>
            <Input
              ref={code}
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={12}
              required
            />
          </Field>
        ) : null}
        {refusal ? <Refusal code={refusal.code} value={refusal.value} /> : null}
        <Button type="submit" variant="go" size="big" pending={pending}>
          {t("signIn")}
        </Button>
      </form>
      {provider ? (
        <>
          <p className="auth-or">{t("or")}</p>
          <Button className="wide" size="big" onClick={() => void goToProvider(to)}>
            {t("signInWith", { provider })}
          </Button>
        </>
      ) : null}
    </>
  );
}
