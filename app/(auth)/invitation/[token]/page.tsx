import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { isRole } from "@/lib/access/roles";
import { readInvitation } from "@/lib/operations/invitation/accept";
import { runAction } from "@/lib/transport/action";
import { Refusal } from "../../_components/refusal";
import { AcceptForm } from "./accept-form";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth"))("invitationTitle") };
}

export default async function InvitationPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const [answer, t, role] = await Promise.all([
    runAction(readInvitation, { token }),
    getTranslations("auth"),
    getTranslations("common.role"),
  ]);
  if (!answer.ok) {
    return (
      <>
        <h1>{t("invitationTitle")}</h1>
        <p className="lead" />
        <Refusal code={answer.error.code} />
      </>
    );
  }
  const invitation = answer.data;
  return (
    <>
      <h1>{t("joinTitle", { project: invitation.project.name })}</h1>
      <p className="lead">
        {t("joinLead", {
          role: isRole(invitation.role) ? role(invitation.role) : invitation.role,
          email: invitation.email,
        })}
      </p>
      <AcceptForm token={token} invitation={invitation} />
    </>
  );
}
