"use client";

import { useTranslations } from "next-intl";
import { Icon } from "@/components/icon";

/** Why signing in did not work, in the reader's language. */
export function Refusal({ code, value = "" }: { code: string; value?: string | undefined }) {
  const t = useTranslations("errors");
  const known = t.has(code as never) ? code : "session.failed";
  const hint = `${known}_hint`;
  return (
    <div className="form-error" role="alert">
      <Icon name="danger" />
      <div>
        <p className="strong">
          {t(known as "internal", { id: value, retryAfterSeconds: Number(value) || 60, email: value })}
        </p>
        {t.has(hint as never) ? <p className="hint">{t(hint as never)}</p> : null}
      </div>
    </div>
  );
}
