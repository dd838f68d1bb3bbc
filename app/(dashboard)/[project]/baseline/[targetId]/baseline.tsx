"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { EmptyState, ErrorState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { useAnswerStream } from "@/components/use-answer-stream";
import type { BaselineView } from "@/lib/operations/drift/views";
import { Evidence } from "./evidence";
import { Verdict } from "./verdict";

interface BaselineProps {
  project: string;
  targetId: string;
  database: string;
  /** What the service has of them. */
  drafts: "none" | "some" | "only";
  mayLook: boolean;
  mayRecord: boolean;
}

/** Looks when asked to, since it replays every migration; then shows what was found, to be recorded. */
export function Baseline({ project, targetId, database, drafts, mayLook, mayRecord }: BaselineProps) {
  const t = useTranslations("baseline");
  const router = useRouter();
  // A draft that does not run would end the look at it: beside others they are looked for on request.
  const [withDrafts, setWithDrafts] = useState(drafts === "only");
  const [view, setView] = useState<BaselineView | null>(null);
  const { progress, failure, start, cancel } = useAnswerStream<{ text?: string }, BaselineView>(
    `/${project}/baseline/${targetId}/run`,
    t("lost"),
  );
  const look = async () => {
    const found = await start({ drafts: withDrafts }, {});
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
            <div className="grid gap-4 justify-items-start">
              {drafts === "none" ? null : (
                <Field label={t("drafts")} hint={t("draftsHint")} beside>
                  <Checkbox checked={withDrafts} onChange={(event) => setWithDrafts(event.target.checked)} />
                </Field>
              )}
              <Button variant="go" onClick={() => void look()}>
                {t("look")}
              </Button>
            </div>
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
