import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "./ui/button";

/** Keyset pages: forward with `next`, back to the start with `first`; nothing when there is one page. */
export function Pager({
  first,
  next,
}: {
  first?: string | null | undefined;
  next?: string | null | undefined;
}) {
  const t = useTranslations("common");
  if (!first && !next) return null;
  return (
    <nav className="pager" aria-label={t("pages")}>
      {first ? (
        <Button asChild size="small">
          <Link href={first}>{t("firstPage")}</Link>
        </Button>
      ) : null}
      {next ? (
        <Button asChild size="small">
          <Link href={next}>{t("nextPage")}</Link>
        </Button>
      ) : null}
    </nav>
  );
}
