"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useTransition } from "react";
import { LOCALE_COOKIE, LOCALES } from "@/lib/transport/locales";
import { rememberChoice } from "./preferences";

/** The other language, at once and for this browser. */
export function LanguageSwitch() {
  const t = useTranslations("frame");
  const router = useRouter();
  const locale = useLocale();
  const [, start] = useTransition();
  const next =
    LOCALES[(LOCALES.indexOf(locale as (typeof LOCALES)[number]) + 1) % LOCALES.length] ?? LOCALES[0];
  return (
    <button
      type="button"
      className="icon-btn lang"
      aria-label={t("language", { language: t(`languages.${locale as "en"}`), next: t(`languages.${next}`) })}
      onClick={() => {
        rememberChoice(LOCALE_COOKIE, next);
        start(() => router.refresh());
      }}
    >
      {locale.toUpperCase()}
    </button>
  );
}
