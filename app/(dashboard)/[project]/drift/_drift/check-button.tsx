"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import type { DriftView } from "@/lib/operations/drift/views";
import { checkAction } from "../actions";

/** Looks again, now. */
export function CheckButton({ view }: { view: DriftView }) {
  const t = useTranslations("drift");
  const router = useRouter();
  const [pending, start] = useTransition();
  const { check } = view.actions;
  return (
    <Button
      pending={pending || view.checking}
      disabled={!check.allowed}
      title={
        check.reason ? t(`reason.${check.reason}`, { needed: String(check.params.needed ?? "") }) : undefined
      }
      data-key="r"
      onClick={() =>
        start(async () => {
          const answer = await checkAction({ targetId: view.targetId });
          if (!answer.ok) toast.error(answer.error.message);
          else router.refresh();
        })
      }
    >
      <Icon name="refresh" /> {t("check")} <kbd>r</kbd>
    </Button>
  );
}
