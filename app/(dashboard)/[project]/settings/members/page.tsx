import { getTranslations } from "next-intl/server";
import { DataTable } from "@/components/data-table";
import { Mark } from "@/components/mark";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { can } from "@/lib/access/permissions";
import { isRole } from "@/lib/access/roles";
import { type InvitationRow, listInvitations } from "@/lib/operations/invitation/list";
import { listMembers } from "@/lib/operations/member/list";
import { getProject } from "@/lib/operations/project/get";
import { runForPage } from "@/lib/transport/action";
import { currentActor } from "@/lib/transport/session";
import { InviteDialog } from "./invite-dialog";
import { MemberTable } from "./member-table";
import { WithdrawButton } from "./withdraw-button";

export default async function MembersPage({ params }: { params: Promise<{ project: string }> }) {
  const { project: slug } = await params;
  const [project, members, actor, t, role] = await Promise.all([
    runForPage(getProject, { slug }),
    runForPage(listMembers, { slug }),
    currentActor(),
    getTranslations("settings.members"),
    getTranslations("common.role"),
  ]);
  const writes = can(project.role, "member.write");
  const invitations = writes ? await runForPage(listInvitations, { slug }) : [];
  return (
    <>
      <Section
        title={t("title")}
        note={t("note")}
        right={writes ? <InviteDialog projectId={project.id} /> : undefined}
      >
        <MemberTable
          projectId={project.id}
          members={members}
          environments={project.environments}
          writes={writes}
          self={actor.userId}
        />
      </Section>
      {invitations.length > 0 ? (
        <Section title={t("invitations")} note={t("invitationsNote")}>
          <DataTable<InvitationRow>
            caption={t("invitations")}
            rows={invitations}
            rowKey={(row) => row.id}
            columns={[
              { key: "email", header: t("email"), cell: (row) => row.email },
              {
                key: "role",
                header: t("role"),
                phoneLabel: t("role"),
                cell: (row) => (isRole(row.role) ? role(row.role) : row.role),
              },
              { key: "by", header: t("invitedBy"), wideOnly: true, cell: (row) => row.invitedBy ?? "–" },
              {
                key: "expires",
                header: t("expires"),
                phoneLabel: t("expires"),
                cell: (row) =>
                  row.expired ? (
                    <Mark meaning="notice">{t("expired")}</Mark>
                  ) : (
                    <RelativeTime at={row.expiresAt} />
                  ),
              },
              {
                key: "actions",
                header: "",
                label: t("actions"),
                num: true,
                width: "120px",
                cell: (row) => <WithdrawButton invitationId={row.id} email={row.email} />,
              },
            ]}
          />
        </Section>
      ) : null}
    </>
  );
}
