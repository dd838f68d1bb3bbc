"use client";

import { useTranslations } from "next-intl";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Button } from "@/components/ui/button";
import { restore } from "../actions";

export function RestoreButton({ projectId, name }: { projectId: string; name: string }) {
  const t = useTranslations("projects");
  return (
    <ConfirmByName
      trigger={<Button size="small">{t("restore")}</Button>}
      title={t("restoreTitle", { name })}
      text={t("restoreText")}
      confirm={t("restore")}
      variant="go"
      action={() => restore({ projectId })}
      done={t("restored")}
    />
  );
}
