"use client";

import { useTranslations } from "next-intl";
import { Icon } from "@/components/icon";
import { THEME_COOKIE } from "@/lib/transport/locales";
import { rememberChoice } from "./preferences";

/** Light or dark, at once and for this browser; "as the system" is in the account. */
export function switchTheme(): void {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  rememberChoice(THEME_COOKIE, root.dataset.theme);
}

export function ThemeSwitch() {
  const t = useTranslations("frame");
  return (
    <button type="button" className="icon-btn theme" aria-label={t("theme")} onClick={switchTheme}>
      <Icon name="theme" />
    </button>
  );
}
