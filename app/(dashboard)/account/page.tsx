import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { DataTable } from "@/components/data-table";
import { Page, PageHead, Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { listSessions, type SessionView } from "@/lib/operations/session/list";
import { runForPage, signInPath } from "@/lib/transport/action";
import { currentSession } from "@/lib/transport/session";
import { browserName } from "./_components/browser-name";
import { CodesSection } from "./_components/codes-section";
import { PasswordForm } from "./_components/password-form";
import { ProfileForm } from "./_components/profile-form";
import { EndOthers, EndSession } from "./_components/session-buttons";
import "../[project]/settings/settings.css";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("title") };
}

export default async function AccountPage() {
  const [session, sessions, t] = await Promise.all([
    currentSession(),
    runForPage(listSessions, {}),
    getTranslations("account"),
  ]);
  if (!session) redirect(await signInPath());
  const { user } = session;
  return (
    <Page>
      <PageHead title={t("title")} facts={[user.email]} />
      <Section title={t("profile")}>
        <ProfileForm user={user} />
      </Section>
      <Section title={t("password")}>
        <PasswordForm hasPassword={user.hasPassword} email={user.email} />
      </Section>
      <Section title={t("codes")} note={t(user.hasTotp ? "codesOn" : "codesOff")}>
        <CodesSection on={user.hasTotp} hasPassword={user.hasPassword} />
      </Section>
      <Section title={t("sessions")} right={sessions.length > 1 ? <EndOthers /> : undefined}>
        <DataTable<SessionView>
          caption={t("sessions")}
          rows={sessions}
          rowKey={(row) => row.id}
          columns={[
            {
              key: "browser",
              header: t("browser"),
              cell: (row) => (
                <>
                  {browserName(row.userAgent) ?? t("unknownBrowser")}{" "}
                  {row.current ? <span className="muted">{t("thisOne")}</span> : null}
                </>
              ),
            },
            {
              key: "ip",
              header: t("address"),
              phoneLabel: t("address"),
              cell: (row) => <code>{row.ip ?? "–"}</code>,
            },
            {
              key: "since",
              header: t("since"),
              phoneLabel: t("since"),
              cell: (row) => <RelativeTime at={row.createdAt} />,
            },
            {
              key: "seen",
              header: t("seen"),
              phoneLabel: t("seen"),
              cell: (row) => <RelativeTime at={row.lastSeenAt} />,
            },
            {
              key: "end",
              header: "",
              label: t("actions"),
              num: true,
              width: "120px",
              cell: (row) => (row.current ? null : <EndSession sessionId={row.id} />),
            },
          ]}
        />
      </Section>
    </Page>
  );
}
