"use client";

import { useTranslations } from "next-intl";
import { Icon } from "@/components/icon";
import { askForKeys } from "./events";
import { NAV_COOKIE } from "./nav-cookie";
import { rememberChoice } from "./preferences";

export function KeysButton() {
  const t = useTranslations("frame");
  return (
    <button type="button" onClick={askForKeys} title={t("keys.title")}>
      <kbd>?</kbd>
      <span className="word">{t("keys.short")}</span>
    </button>
  );
}

/** Folds the navigation to icons; the server draws it folded from the next request on. */
export function CollapseButton() {
  const t = useTranslations("frame");
  return (
    <button
      type="button"
      className="fold"
      title={t("collapse")}
      onClick={() => {
        const folded = document.querySelector(".app")?.classList.toggle("icons") ?? false;
        rememberChoice(NAV_COOKIE, folded ? "icons" : "");
      }}
    >
      <Icon name="fold" />
      <span className="word when-open">{t("collapse")}</span>
      <span className="word when-folded">{t("expand")}</span>
    </button>
  );
}
