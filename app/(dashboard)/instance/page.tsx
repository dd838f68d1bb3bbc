import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Avatar } from "@/components/avatar";
import { DataTable } from "@/components/data-table";
import { Mark } from "@/components/mark";
import { Page, PageHead } from "@/components/page";
import { Pager } from "@/components/pager";
import { RelativeTime } from "@/components/relative-time";
import { EmptyState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { listUsers, type UserRow } from "@/lib/operations/user/list";
import { runForPage } from "@/lib/transport/action";
import { currentActor } from "@/lib/transport/session";
import { InstanceNav } from "./_components/instance-nav";
import { UserMenu } from "./_components/user-menu";
import "../[project]/settings/settings.css";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("instance"))("title") };
}

interface PageProps {
  searchParams: Promise<{ search?: string; after?: string }>;
}

export default async function InstancePage({ searchParams }: PageProps) {
  const { search = "", after } = await searchParams;
  const [{ users, next }, actor, t] = await Promise.all([
    runForPage(listUsers, { search: String(search), ...(after ? { after: String(after) } : {}) }),
    currentActor(),
    getTranslations("instance"),
  ]);
  const href = (more: Record<string, string>) =>
    `/instance?${new URLSearchParams({ search: String(search), ...more })}`;
  return (
    <Page>
      <PageHead title={t("title")} facts={[t("lead")]} />
      <InstanceNav />
      <div className="sec">
        <form className="bar-filter" action="/instance" method="get">
          <Input
            type="search"
            name="search"
            defaultValue={search}
            placeholder={t("search")}
            aria-label={t("search")}
            data-filter=""
          />
          <Button type="submit">{t("find")}</Button>
        </form>
        <DataTable<UserRow>
          caption={t("pages.users")}
          rows={users}
          rowKey={(user) => user.id}
          empty={<EmptyState title={t("noneTitle")} text={t("noneText")} />}
          columns={[
            {
              key: "user",
              header: t("user"),
              width: "340px",
              cell: (user) => <Person user={user} you={user.id === actor.userId} />,
            },
            {
              key: "projects",
              header: t("projects"),
              phoneLabel: t("projects"),
              cell: (user) =>
                user.projects.length === 0 ? (
                  <span className="muted">{t("noProject")}</span>
                ) : (
                  user.projects.map((project, index) => (
                    <span key={project.slug}>
                      {index > 0 ? ", " : ""}
                      <Link href={`/${project.slug}/settings/members`}>{project.name}</Link>
                    </span>
                  ))
                ),
            },
            {
              key: "signIn",
              header: t("signIn"),
              width: "150px",
              phoneLabel: t("signIn"),
              cell: (user) => (
                <>
                  {t(user.hasPassword ? "withPassword" : "withProvider")}
                  {user.hasTotp ? ` + ${t("withCode")}` : ""}
                </>
              ),
            },
            {
              key: "seen",
              header: t("seen"),
              width: "120px",
              phoneLabel: t("seen"),
              cell: (user) =>
                user.lastSeenAt ? (
                  <RelativeTime at={user.lastSeenAt} />
                ) : (
                  <span className="muted">{t("never")}</span>
                ),
            },
            {
              key: "actions",
              header: "",
              label: t("actions"),
              num: true,
              width: "64px",
              cell: (user) => <UserMenu user={user} self={user.id === actor.userId} />,
            },
          ]}
        />
        <Pager first={after ? href({}) : null} next={next ? href({ after: next }) : null} />
      </div>
    </Page>
  );
}

async function Person({ user, you }: { user: UserRow; you: boolean }) {
  const t = await getTranslations("instance");
  return (
    <span className="flex items-center gap-2">
      <Avatar label={user.name} />
      <span className="min-w-0">
        <b>{user.name}</b> {you ? <span className="muted">{t("you")}</span> : null}
        <span className="second break-all">{user.email}</span>
        {user.instanceAdmin ? <span className="second">{t("admin")}</span> : null}
      </span>
      {user.disabledAt ? <Mark meaning="warning">{t("disabled")}</Mark> : null}
    </span>
  );
}
