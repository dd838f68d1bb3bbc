import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Icon } from "@/components/icon";
import { Page, PageHead } from "@/components/page";
import { Pager } from "@/components/pager";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import type { AuditPage } from "@/lib/operations/audit/list";
import { AuditFilterBar } from "./audit-filter-bar";
import { AuditTable } from "./audit-table";
import { type AuditQuery, auditHref } from "./filter";
import { VerifyPanel } from "./verify-panel";
import "./audit.css";

interface AuditViewProps {
  /** "/shop/audit" or "/instance/audit". */
  path: string;
  title: string;
  /** What stands between title and list: the instance's sub-navigation. */
  nav?: React.ReactNode;
  query: AuditQuery;
  page: AuditPage;
  environments: { id: string; name: string }[];
}

/** The trail of a project or of the instance: filter, events, export, check of the chain. */
export async function AuditView({ path, title, nav, query, page, environments }: AuditViewProps) {
  const t = await getTranslations("audit");
  const filtered = Object.keys(query).some((name) => name !== "before");
  return (
    <Page>
      <PageHead
        title={title}
        facts={[t("lead")]}
        actions={(["csv", "json"] as const).map((format) => (
          <Button asChild key={format}>
            <a href={auditHref(`${path}/export`, query, { format } as AuditQuery)} download>
              <Icon name="download" />
              {format.toUpperCase()}
            </a>
          </Button>
        ))}
      />
      {nav}
      <VerifyPanel address={`${path}/verify`} />
      <div className="sec">
        <AuditFilterBar path={path} query={query} environments={environments} />
        {page.events.length === 0 ? (
          <EmptyState
            title={t(filtered ? "noneTitle" : "emptyTitle")}
            text={
              page.searched
                ? t("noneSoFar", { count: page.searched })
                : t(filtered ? "noneText" : "emptyText")
            }
            action={filtered ? <Link href={path}>{t("clear")}</Link> : undefined}
          />
        ) : (
          <AuditTable events={page.events} environments={environments} />
        )}
        <Pager
          first={query.before ? auditHref(path, query) : null}
          next={page.next ? auditHref(path, query, { before: page.next }) : null}
        />
      </div>
    </Page>
  );
}
