"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { noticeAction } from "../actions";

/** Takes a rule back: what it left out counts again. */
export function NoticeButton({ targetId, ignoreId }: { targetId: string; ignoreId: string }) {
  const t = useTranslations("drift");
  const router = useRouter();
  const [pending, start] = useTransition();
  return (
    <Button
      size="small"
      pending={pending}
      onClick={() =>
        start(async () => {
          const answer = await noticeAction({ targetId, ignoreId });
          if (!answer.ok) toast.error(answer.error.message);
          else router.refresh();
        })
      }
    >
      {t("notice")}
    </Button>
  );
}
