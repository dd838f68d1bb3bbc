"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";

const PAGES = ["", "/schedules", "/storage"] as const;

/** The pages around backups, side by side. */
export function BackupsNav({ slug }: { slug: string }) {
  const t = useTranslations("backups.nav");
  const pathname = usePathname();
  return (
    <nav className="subnav" aria-label={t("label")}>
      {PAGES.map((page) => {
        const href = `/${slug}/backups${page}`;
        return (
          <Link key={page} href={href} aria-current={pathname === href ? "page" : undefined}>
            {t(page === "" ? "list" : page === "/schedules" ? "schedules" : "storage")}
          </Link>
        );
      })}
    </nav>
  );
}
