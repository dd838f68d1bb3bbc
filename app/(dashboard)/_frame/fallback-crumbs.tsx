"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { type Place, placeOf } from "./places";

/** Where the reader is, by the address. A page that says it better (components/crumbs) covers this. */
export function FallbackCrumbs({
  project,
  places,
}: {
  project: { slug: string; name: string } | null;
  places: Place[];
}) {
  const t = useTranslations("frame");
  const pathname = usePathname();
  const here = placeOf(places, pathname);
  if (!project) {
    return (
      <nav className="crumbs by-address" aria-label={t("where")}>
        <Link href="/projects" className="flex items-center gap-2 strong text-text">
          <span className="mark" aria-hidden="true">
            d
          </span>
          DBMigrator
        </Link>
      </nav>
    );
  }
  return (
    <nav className="crumbs by-address" aria-label={t("where")}>
      {here && pathname !== here.href ? (
        <>
          <Link className="deep" href={`/${project.slug}`}>
            {project.name}
          </Link>
          <span className="deep">/</span>
          <Link href={here.href}>{t(`places.${here.key}`)}</Link>
        </>
      ) : (
        <b>{here ? t(`places.${here.key}`) : project.name}</b>
      )}
    </nav>
  );
}
