import Link from "next/link";
import { useTranslations } from "next-intl";
import { Page, PageHead, Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { Button } from "@/components/ui/button";
import { can } from "@/lib/access/permissions";
import type { Role } from "@/lib/access/roles";
import type { OverviewView } from "@/lib/operations/overview/views";
import { Activity } from "./activity";
import { Charts } from "./charts";
import { FirstSteps } from "./first-steps";
import { Matrix } from "./matrix";
import { NeedsYouList } from "./needs-you";

export function Overview({ view, role }: { view: OverviewView; role: Role }) {
  const t = useTranslations("overview");
  const { slug } = view.project;
  const { readAt } = view;
  const unfinished = view.cells.length === 0 || view.services.every((service) => service.migrations === 0);
  return (
    <Page>
      <PageHead
        title={t("title")}
        facts={[
          t("services", { count: view.services.length }),
          t("environments", { count: view.environments.length }),
          readAt ? t.rich("readAt", { at: () => <RelativeTime at={readAt} /> }) : null,
        ]}
        actions={
          can(role, "migration.write") && view.services.length > 0 ? (
            <Button asChild>
              <Link href={`/${slug}/migrations/new`} data-new="">
                {t("newMigration")} <kbd>n</kbd>
              </Link>
            </Button>
          ) : null
        }
      />
      {unfinished ? <FirstSteps view={view} mayWrite={can(role, "project.write")} /> : null}
      <NeedsYouList slug={slug} needs={view.needsYou} />
      {view.services.length > 0 && view.environments.length > 0 ? <Matrix view={view} /> : null}
      {unfinished && view.activity.length === 0 ? null : (
        <div className="cols">
          <Activity
            slug={slug}
            entries={view.activity}
            all={can(role, "audit.read") ? `/${slug}/audit` : null}
          />
          <Section title={t("charts.title")}>
            <Charts weeks={view.weeks} durations={view.durations} />
          </Section>
        </div>
      )}
    </Page>
  );
}
