import Link from "next/link";
import { useTranslations } from "next-intl";
import { EmptyState } from "./states";
import { Button } from "./ui/button";

/** The page of an address that leads nowhere: the same words whether it never was or may not be seen. */
export function NothingHere() {
  const t = useTranslations("common");
  return (
    <div className="page">
      <h1 className="sr-only">{t("notFound")}</h1>
      <EmptyState
        title={t("notFound")}
        text={t("notFoundText")}
        action={
          <Button asChild>
            <Link href="/projects">{t("toProjects")}</Link>
          </Button>
        }
      />
    </div>
  );
}
