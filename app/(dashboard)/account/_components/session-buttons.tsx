"use client";

import { useTranslations } from "next-intl";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Button } from "@/components/ui/button";
import { endOthers, endSession } from "../actions";

export function EndSession({ sessionId }: { sessionId: string }) {
  const t = useTranslations("account");
  return (
    <ConfirmByName
      trigger={<Button size="small">{t("end")}</Button>}
      title={t("endTitle")}
      text={t("endText")}
      confirm={t("end")}
      action={() => endSession({ sessionId })}
      done={t("ended")}
    />
  );
}

export function EndOthers() {
  const t = useTranslations("account");
  return (
    <ConfirmByName
      trigger={<Button size="small">{t("endOthers")}</Button>}
      title={t("endOthersTitle")}
      text={t("endText")}
      confirm={t("endOthers")}
      action={() => endOthers()}
      done={t("ended")}
    />
  );
}
