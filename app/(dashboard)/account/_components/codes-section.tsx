"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { CopyButton } from "@/components/copy-button";
import { Panel } from "@/components/page";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { startCodes, turnCodesOff, turnCodesOn } from "../actions";
import { QrCode } from "./qr-code";

/** One-time codes: set up with an authenticator app, or turned off. */
export function CodesSection({ on, hasPassword }: { on: boolean; hasPassword: boolean }) {
  const t = useTranslations("account");
  const router = useRouter();
  const [setup, setSetup] = useState<{ secret: string; uri: string } | null>(null);
  const [pending, start] = useTransition();

  function begin() {
    start(async () => {
      const answer = await startCodes();
      if (answer.ok) setSetup(answer.data);
      else toast.error(answer.error.message);
    });
  }
  function finish() {
    setSetup(null);
    router.refresh();
  }

  if (on) {
    return (
      <Panel padded>
        <ActionForm action={turnCodesOff} done={t("codesTurnedOff")} onDone={finish}>
          <p>{t("codesOnText")}</p>
          <Confirmation hasPassword={hasPassword} />
          <div className="buttons">
            <SubmitButton variant="stop">{t("turnCodesOff")}</SubmitButton>
          </div>
        </ActionForm>
      </Panel>
    );
  }
  if (!setup) {
    return (
      <Panel padded>
        <p className="max-w-[72ch]">{t("codesOffText")}</p>
        <div className="mt-4">
          <Button onClick={begin} pending={pending}>
            {t("setUpCodes")}
          </Button>
        </div>
      </Panel>
    );
  }
  return (
    <Panel padded>
      <ActionForm
        action={turnCodesOn}
        values={{ secret: setup.secret }}
        done={t("codesTurnedOn")}
        onDone={finish}
      >
        <p>{t("scan")}</p>
        <QrCode text={setup.uri} label={t("qr")} />
        <div>
          <p className="muted">{t("byHand")}</p>
          <div className="secret">
            <code>{setup.secret.match(/.{1,4}/g)?.join(" ")}</code>
            <CopyButton text={setup.secret} label={t("secret")} />
          </div>
        </div>
        <Confirmation hasPassword={hasPassword} />
        <div className="buttons">
          <SubmitButton>{t("turnCodesOn")}</SubmitButton>
          <Button onClick={() => setSetup(null)}>{t("cancel")}</Button>
        </div>
      </ActionForm>
    </Panel>
  );
}

/** A code of the app, and the password where there is one. */
function Confirmation({ hasPassword }: { hasPassword: boolean }) {
  const t = useTranslations("account");
  return (
    <div className="row">
      <Field label={t("code")}>
        <Input name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={12} required />
      </Field>
      {hasPassword ? (
        <Field label={t("currentPassword")}>
          <Input name="currentPassword" type="password" autoComplete="current-password" required />
        </Field>
      ) : null}
    </div>
  );
}
