"use client";

import { useTranslations } from "next-intl";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Button } from "@/components/ui/button";
import { withdraw } from "./actions";

export function WithdrawButton({ invitationId, email }: { invitationId: string; email: string }) {
  const t = useTranslations("settings.members");
  return (
    <ConfirmByName
      trigger={<Button size="small">{t("withdraw")}</Button>}
      title={t("withdrawTitle", { email })}
      text={t("withdrawText")}
      confirm={t("withdraw")}
      action={() => withdraw({ invitationId })}
      done={t("withdrawn")}
    />
  );
}
