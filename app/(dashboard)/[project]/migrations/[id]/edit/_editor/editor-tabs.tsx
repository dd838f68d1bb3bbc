"use client";

import { useTranslations } from "next-intl";
import type { KeyboardEvent } from "react";
import { Mark } from "@/components/mark";
import type { EnvironmentState } from "@/lib/operations/migration/views";
import type { Tried } from "./use-try";

interface EditorTabsProps {
  tab: "up" | "down";
  onTab: (tab: "up" | "down") => void;
  down: string | null;
  tried: Tried | null;
  /** Whether completion knows the names of a database. */
  names: boolean;
  place: EnvironmentState | null;
  service: string;
}

export function EditorTabs({ tab, onTab, down, tried, names, place, service }: EditorTabsProps) {
  const t = useTranslations("editor");
  const onKey = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tab === "up" ? "down" : "up";
    onTab(other);
    event.currentTarget.querySelector<HTMLElement>(`#tab-${other}`)?.focus();
  };
  const one = (which: "up" | "down") => (
    <button
      type="button"
      role="tab"
      id={`tab-${which}`}
      aria-controls={`pane-${which}`}
      aria-selected={tab === which}
      tabIndex={tab === which ? 0 : -1}
      onClick={() => onTab(which)}
    >
      {t(`tab.${which}`)} {which === "down" ? <DownMark down={down} tried={tried} /> : null}
    </button>
  );
  return (
    <div className="ed-tabs">
      <div role="tablist" aria-label={t("scripts")} onKeyDown={onKey}>
        {one("up")}
        {one("down")}
      </div>
      {place && names ? (
        <span className="state">{t("completion", { service, environment: place.environment.name })}</span>
      ) : null}
    </div>
  );
}

function DownMark({ down, tried }: { down: string | null; tried: Tried | null }) {
  const t = useTranslations("editor");
  if (down === null || down.trim() === "") return <Mark meaning="warning">{t("tab.none")}</Mark>;
  const rollback = tried?.result.dryRun.rollback;
  if (!rollback || rollback.reason === "not_tried") return <Mark meaning="warning">{t("tab.notTried")}</Mark>;
  return rollback.proven ? (
    <Mark meaning="safe">{t("tab.proven")}</Mark>
  ) : (
    <Mark meaning="danger">{t("tab.fails")}</Mark>
  );
}
