"use client";

import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { Icon } from "@/components/icon";
import { EmptyState, ErrorState } from "@/components/states";
import { Button } from "@/components/ui/button";
import { useRead } from "./use-read";

interface Props {
  project: string;
  targetId: string;
}

/** A schema that nobody has read yet is read at once. */
export function FirstReading({ project, targetId, database }: Props & { database: string }) {
  const t = useTranslations("schema");
  const { phase, failure, start, cancel } = useRead(project, targetId, t("read.lost"));
  useEffect(() => {
    void start();
  }, [start]);
  if (failure) {
    return (
      <ErrorState
        title={failure.message}
        text={failure.hint}
        action={<Button onClick={() => void start()}>{t("read.again")}</Button>}
      />
    );
  }
  return (
    <EmptyState
      title={phase ? t("read.first", { database }) : t("read.none", { database })}
      text={<span aria-live="polite">{phase ? t(`read.phase.${phase}`) : t("read.noneText")}</span>}
      action={
        phase ? (
          <Button onClick={cancel}>{t("read.cancel")}</Button>
        ) : (
          <Button onClick={() => void start()}>{t("read.now")}</Button>
        )
      }
    />
  );
}

/** Reads anew; what was read before stays on the page meanwhile. */
export function ReadAgain({ project, targetId }: Props) {
  const t = useTranslations("schema");
  const { phase, failure, start, cancel } = useRead(project, targetId, t("read.lost"));
  return (
    <>
      {failure ? (
        <span className="m danger read-failure" role="alert" title={failure.hint}>
          <Icon name="danger" />
          <span>{failure.message}</span>
        </span>
      ) : null}
      <span className="sr-only" aria-live="polite">
        {phase ? t(`read.phase.${phase}`) : ""}
      </span>
      {phase ? (
        <Button onClick={cancel}>
          {t(`read.short.${phase}`)} <span className="muted">{t("read.cancel")}</span>
        </Button>
      ) : (
        <Button onClick={() => void start()} data-key="r">
          <Icon name="refresh" /> {t("read.button")} <kbd>r</kbd>
        </Button>
      )}
    </>
  );
}
