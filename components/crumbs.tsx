import Link from "next/link";
import { useTranslations } from "next-intl";
import { Fragment } from "react";
import { EnvironmentChip, type EnvironmentLook } from "./environment";

interface CrumbsProps {
  /** From the project down; the last is where the reader is and carries no link. */
  items: { label: string; href?: string }[];
  /** Stands last, as its chip. */
  environment?: EnvironmentLook;
}

/** Where the reader is, laid over the top bar: the page knows it, so the server draws it with the page. */
export function Crumbs({ items, environment }: CrumbsProps) {
  const t = useTranslations("common");
  return (
    <nav className="crumbs by-page" aria-label={t("where")}>
      {items.map((item, index) => {
        const last = index === items.length - 1 && !environment;
        const deep = index < items.length - (environment ? 1 : 2) || (index === 0 && items.length > 1);
        return (
          <Fragment key={item.href ?? item.label}>
            {item.href ? (
              <Link className={deep ? "deep" : undefined} href={item.href}>
                {item.label}
              </Link>
            ) : last ? (
              <b>{item.label}</b>
            ) : (
              <span className={deep ? "deep" : undefined}>{item.label}</span>
            )}
            {last ? null : <span className={deep ? "deep sep" : "sep"}>/</span>}
          </Fragment>
        );
      })}
      {environment ? <EnvironmentChip environment={environment} /> : null}
    </nav>
  );
}
