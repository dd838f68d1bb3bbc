"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import type { SettingsPage } from "./settings-pages";

/** The settings side by side; `pages` are those that the role may see. */
export function SettingsNav({ slug, pages }: { slug: string; pages: readonly SettingsPage[] }) {
  const t = useTranslations("settings");
  const path = usePathname();
  return (
    <nav className="subnav" aria-label={t("title")}>
      {pages.map((page) => {
        const href = page === "general" ? `/${slug}/settings` : `/${slug}/settings/${page}`;
        return (
          <Link key={page} href={href} aria-current={path === href ? "page" : undefined}>
            {t(`pages.${page}`)}
          </Link>
        );
      })}
    </nav>
  );
}
