"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";

const PAGES = [
  { key: "users", href: "/instance" },
  { key: "audit", href: "/instance/audit" },
] as const;

export function InstanceNav() {
  const t = useTranslations("instance");
  const path = usePathname();
  return (
    <nav className="subnav" aria-label={t("title")}>
      {PAGES.map(({ key, href }) => (
        <Link key={key} href={href} aria-current={path === href ? "page" : undefined}>
          {t(`pages.${key}`)}
        </Link>
      ))}
    </nav>
  );
}
