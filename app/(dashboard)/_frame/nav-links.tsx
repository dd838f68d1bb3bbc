"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { Icon } from "@/components/icon";
import { type Place, placeOf } from "./places";

/** The pages of the project; the one that is open is marked. */
export function NavLinks({ places, onGo }: { places: Place[]; onGo?: () => void }) {
  const t = useTranslations("frame");
  const here = placeOf(places, usePathname());
  return (
    <nav className="nav" aria-label={t("main")}>
      {places.map((place) => (
        <Link
          key={place.key}
          href={place.href}
          aria-current={place.key === here?.key ? "page" : undefined}
          title={t(`places.${place.key}`)}
          {...(onGo ? { onClick: onGo } : {})}
        >
          <Icon name={place.icon} />
          <span className="word">{t(`places.${place.key}`)}</span>
          {place.count ? (
            <span className="count">
              {place.count}
              <span className="sr-only"> {t("open")}</span>
            </span>
          ) : null}
        </Link>
      ))}
    </nav>
  );
}
