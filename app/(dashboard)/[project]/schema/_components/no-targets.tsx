import Link from "next/link";
import { useTranslations } from "next-intl";
import { Page, PageHead } from "@/components/page";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { can } from "@/lib/access/permissions";
import type { Role } from "@/lib/access/roles";

/** No database has been named yet: where that is done. */
export function NoTargets({ project, role, title }: { project: string; role: Role; title: string }) {
  const t = useTranslations("schema");
  return (
    <Page>
      <PageHead title={title} />
      <div className="sec first">
        <EmptyState
          title={t("noTargets")}
          text={t("noTargetsText")}
          action={
            can(role, "target.write") ? (
              <Button asChild>
                <Link href={`/${project}/settings/targets`}>{t("addTarget")}</Link>
              </Button>
            ) : null
          }
        />
      </div>
    </Page>
  );
}
