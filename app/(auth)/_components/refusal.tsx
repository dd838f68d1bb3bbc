"use client";

import { useTranslations } from "next-intl";
import { FormError } from "@/components/form-error";
import { waitingTime } from "@/lib/core/waiting-time";

/** Why signing in did not work, in the reader's language. */
export function Refusal({ code, value = "" }: { code: string; value?: string | undefined }) {
  const t = useTranslations("errors");
  const known = t.has(code as never) ? code : "session.failed";
  const hint = `${known}_hint`;
  return (
    <FormError
      message={t(known as "internal", { id: value, email: value, ...waitingTime(Number(value) || 60) })}
      hint={t.has(hint as never) ? t(hint as never) : undefined}
    />
  );
}
