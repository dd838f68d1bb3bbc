"use client";

import { useTranslations } from "next-intl";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { Textarea } from "@/components/ui/textarea";
import { commentAction } from "../../actions";

export function CommentBox({ deploymentId }: { deploymentId: string }) {
  const t = useTranslations("deployments");
  return (
    <ActionForm action={commentAction} values={{ deploymentId }} reset className="say-box">
      <Textarea
        name="body"
        rows={1}
        maxLength={4000}
        placeholder={t("talk.placeholder")}
        aria-label={t("talk.placeholder")}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
            event.currentTarget.form?.requestSubmit();
        }}
      />
      <SubmitButton variant="default" size="small">
        {t("talk.send")}
      </SubmitButton>
    </ActionForm>
  );
}
