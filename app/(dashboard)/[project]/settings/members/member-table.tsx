"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";
import { Avatar } from "@/components/avatar";
import { ConfirmByName } from "@/components/confirm-by-name";
import { EnvironmentChip } from "@/components/environment";
import { Icon } from "@/components/icon";
import { Mark } from "@/components/mark";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";
import { hasRole, ROLES } from "@/lib/access/roles";
import type { MemberRow } from "@/lib/operations/member/list";
import type { EnvironmentDetail } from "@/lib/operations/project/views";
import { changeRole, narrow, remove } from "./actions";

interface MemberTableProps {
  projectId: string;
  members: MemberRow[];
  environments: EnvironmentDetail[];
  writes: boolean;
  /** Id of the reader. */
  self: string | null;
}

/** Who may do what: the role in the project, and where it is narrower. */
export function MemberTable({ projectId, members, environments, writes, self }: MemberTableProps) {
  const t = useTranslations("settings.members");
  const role = useTranslations("common.role");
  const router = useRouter();
  const [busy, start] = useTransition();
  const save = (action: () => Promise<{ ok: true } | { ok: false; error: { message: string } }>) =>
    start(async () => {
      const answer = await action();
      if (!answer.ok) toast.error(answer.error.message);
      router.refresh();
    });

  return (
    <div className="panel scroll-x">
      <table className="tbl list" aria-busy={busy}>
        <caption className="sr-only">{t("title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("member")}</th>
            <th scope="col">{t("role")}</th>
            {environments.map((environment) => (
              <th scope="col" key={environment.id}>
                <EnvironmentChip environment={environment} plain />
              </th>
            ))}
            {writes ? (
              <th scope="col">
                <span className="sr-only">{t("actions")}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <tr key={member.userId}>
              <td>
                <span className="flex items-center gap-2">
                  <Avatar label={member.name} />
                  <span className="min-w-0">
                    <b>{member.name}</b>{" "}
                    {member.userId === self ? <span className="muted">{t("you")}</span> : null}
                    <span className="second break-all">{member.email}</span>
                  </span>
                  {member.disabled ? <Mark meaning="warning">{t("disabled")}</Mark> : null}
                </span>
              </td>
              <td data-l={t("role")}>
                {writes ? (
                  <Select
                    aria-label={t("roleOf", { name: member.name })}
                    value={member.role}
                    disabled={busy}
                    onChange={(event) =>
                      save(() => changeRole({ projectId, userId: member.userId, role: event.target.value }))
                    }
                    options={ROLES.map((one) => ({ value: one, label: role(one) }))}
                  />
                ) : (
                  role(member.role)
                )}
              </td>
              {environments.map((environment) => {
                const grant = member.grants[environment.id];
                return (
                  <td key={environment.id} data-l={environment.name}>
                    {writes ? (
                      <Select
                        aria-label={t("grantOf", { name: member.name, environment: environment.name })}
                        value={grant ?? ""}
                        disabled={busy}
                        onChange={(event) =>
                          save(() =>
                            narrow({
                              environmentId: environment.id,
                              userId: member.userId,
                              role: event.target.value || null,
                            }),
                          )
                        }
                        options={[
                          { value: "", label: t("same") },
                          ...ROLES.filter(
                            (one) => one === grant || (one !== member.role && hasRole(member.role, one)),
                          ).map((one) => ({ value: one, label: t("only", { role: role(one) }) })),
                        ]}
                      />
                    ) : (
                      (grant && role(grant)) || <span className="muted">{t("same")}</span>
                    )}
                  </td>
                );
              })}
              {writes ? (
                <td>
                  <RemoveMember projectId={projectId} member={member} />
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RemoveMember({ projectId, member }: { projectId: string; member: MemberRow }) {
  const t = useTranslations("settings.members");
  const { name, email, userId } = member;
  return (
    <span className="row-actions">
      <ConfirmByName
        trigger={
          <Button variant="quiet" size="small-icon" aria-label={t("remove", { name })}>
            <Icon name="trash" />
          </Button>
        }
        title={t("removeTitle", { name })}
        text={t("removeText")}
        names={[email]}
        confirm={t("remove", { name })}
        action={() => remove({ projectId, userId })}
        done={t("removed", { name })}
      />
    </span>
  );
}
