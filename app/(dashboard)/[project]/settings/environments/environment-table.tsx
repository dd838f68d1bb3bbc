"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";
import { ConfirmByName } from "@/components/confirm-by-name";
import { EnvironmentChip } from "@/components/environment";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { can } from "@/lib/access/permissions";
import type { EnvironmentDetail } from "@/lib/operations/project/views";
import { orderEnvironments, removeEnvironment } from "../actions";
import { EnvironmentDialog } from "./environment-dialog";

interface EnvironmentTableProps {
  projectId: string;
  environments: EnvironmentDetail[];
  writes: boolean;
}

/** Environments in the order in which changes are promoted. */
export function EnvironmentTable({ projectId, environments, writes }: EnvironmentTableProps) {
  const t = useTranslations("settings.environments");
  const router = useRouter();
  const [moving, start] = useTransition();

  function move(from: number, to: number) {
    const order = environments.map(({ id }) => id);
    order.splice(to, 0, ...order.splice(from, 1));
    start(async () => {
      const answer = await orderEnvironments({ projectId, order });
      if (answer.ok) router.refresh();
      else toast.error(answer.error.message);
    });
  }

  return (
    <div className="panel">
      <table className="tbl list" aria-busy={moving}>
        <caption className="sr-only">{t("title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("name")}</th>
            <th scope="col">{t("protection")}</th>
            <th scope="col" className="num">
              {t("targets")}
            </th>
            {writes ? (
              <th scope="col">
                <span className="sr-only">{t("actions")}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {environments.map((environment, index) => (
            <tr key={environment.id}>
              <td>
                <EnvironmentChip environment={environment} />
              </td>
              <td data-l={t("protection")}>{t(environment.protected ? "isProtected" : "isOpen")}</td>
              <td className="num" data-l={t("targets")}>
                {environment.targets}
              </td>
              {writes ? (
                <td>
                  <span className="row-actions">
                    <Button
                      variant="quiet"
                      size="small-icon"
                      aria-label={t("moveUp", { name: environment.name })}
                      disabled={index === 0 || moving}
                      onClick={() => move(index, index - 1)}
                    >
                      <Icon name="deployments" />
                    </Button>
                    <Button
                      variant="quiet"
                      size="small-icon"
                      aria-label={t("moveDown", { name: environment.name })}
                      disabled={index === environments.length - 1 || moving}
                      onClick={() => move(index, index + 1)}
                    >
                      <span className="flip">
                        <Icon name="deployments" />
                      </span>
                    </Button>
                    {can(environment.role, "environment.write", environment.protected) ? (
                      <>
                        <EnvironmentDialog
                          projectId={projectId}
                          environment={environment}
                          trigger={
                            <Button
                              variant="quiet"
                              size="small-icon"
                              aria-label={t("change", { name: environment.name })}
                            >
                              <Icon name="edit" />
                            </Button>
                          }
                        />
                        <DeleteEnvironment environment={environment} />
                      </>
                    ) : null}
                  </span>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DeleteEnvironment({ environment: { id, name, targets } }: { environment: EnvironmentDetail }) {
  const t = useTranslations("settings.environments");
  return (
    <ConfirmByName
      trigger={
        <Button variant="quiet" size="small-icon" aria-label={t("delete", { name })}>
          <Icon name="trash" />
        </Button>
      }
      title={t("deleteTitle", { name })}
      text={t("deleteText", { count: targets })}
      names={[name]}
      confirm={t("delete", { name })}
      action={({ names }) => removeEnvironment({ environmentId: id, confirm: names[0] ?? "" })}
      done={t("deleted", { name })}
    />
  );
}
