"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { EmptyState, ErrorState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { useAnswerStream } from "@/components/use-answer-stream";
import type { BaselineView } from "@/lib/operations/drift/views";
import { Evidence } from "./evidence";
import { Verdict } from "./verdict";

interface BaselineProps {
  project: string;
  targetId: string;
  database: string;
  mayLook: boolean;
  mayRecord: boolean;
}

/** Looks when asked to, since it replays every migration; then shows what was found, to be recorded. */
export function Baseline({ project, targetId, database, mayLook, mayRecord }: BaselineProps) {
  const t = useTranslations("baseline");
  const router = useRouter();
  const [view, setView] = useState<BaselineView | null>(null);
  const { progress, failure, start, cancel } = useAnswerStream<{ text?: string }, BaselineView>(
    `/${project}/baseline/${targetId}/run`,
    t("lost"),
  );
  const look = async () => {
    const found = await start({}, {});
    if (found) setView(found);
  };
  if (progress) {
    const [done, of] = (progress.text ?? "").split("/");
    return (
      <EmptyState
        title={t("looking", { database })}
        text={
          <span aria-live="polite">{of ? t("replaying", { done: done ?? "", of }) : t("preparing")}</span>
        }
        action={<Button onClick={cancel}>{t("cancel")}</Button>}
      />
    );
  }
  if (failure) {
    return (
      <ErrorState
        title={failure.message}
        text={failure.hint}
        action={<Button onClick={() => void look()}>{t("again")}</Button>}
      />
    );
  }
  if (!view) {
    return (
      <EmptyState
        title={t("begin", { database })}
        text={mayLook ? t("beginText") : t("mayNot")}
        action={
          mayLook ? (
            <Button variant="go" onClick={() => void look()}>
              {t("look")}
            </Button>
          ) : undefined
        }
      />
    );
  }
  return (
    <>
      <Verdict view={view} />
      <Evidence
        view={view}
        targetId={targetId}
        database={database}
        mayRecord={mayRecord}
        onRecorded={(count) => {
          toast.success(t("recordedNow", { count }));
          router.push(`/${project}`);
        }}
      />
    </>
  );
}
