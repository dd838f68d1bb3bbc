"use client";

import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/copy-button";

/** A link or a token that cannot be shown again. */
export function ShownOnce({ text, label, hint }: { text: string; label: string; hint: string }) {
  const t = useTranslations("settings");
  return (
    <div className="grid gap-2" role="status">
      <p className="strong">{label}</p>
      <div className="secret">
        <code>{text}</code>
        <CopyButton text={text} label={label} />
      </div>
      <p className="muted">
        {hint} {t("shownOnce")}
      </p>
    </div>
  );
}
