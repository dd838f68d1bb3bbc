"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import type { SettingsPage } from "./settings-pages";

/** The settings side by side; `pages` are those that the role may see. */
export function SettingsNav({ slug, pages }: { slug: string; pages: readonly SettingsPage[] }) {
  const t = useTranslations("settings");
  const path = usePathname();
  const nav = useRef<HTMLElement>(null);
  // On a phone the last pages lie beyond the edge.
  useEffect(() => {
    const current = nav.current?.querySelector(`[href="${path}"]`);
    if (!nav.current || !current) return;
    const [edge, { left, right }] = [nav.current.getBoundingClientRect(), current.getBoundingClientRect()];
    if (right > edge.right || left < edge.left) nav.current.scrollLeft += left - edge.left - edge.width / 3;
  }, [path]);
  return (
    <nav className="subnav" aria-label={t("title")} ref={nav}>
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
