"use client";

import { useLocale, useTranslations } from "next-intl";
import { cn } from "@/components/class-names";
import { formatDuration } from "@/components/format";
import { Icon, type IconName } from "@/components/icon";
import { ClockTime } from "@/components/relative-time";
import type { PathStep } from "@/lib/operations/deployment/views";
import { useLive } from "../_live/live";

const icons: Record<PathStep["state"], IconName> = {
  done: "safe",
  now: "now",
  todo: "todo",
  failed: "danger",
  cancelled: "stop",
  skipped: "todo",
  in_doubt: "unknown",
};

/** The lifecycle: checked, approved, run, compared with the shadow. */
export function Path() {
  const t = useTranslations("deployments");
  const { path } = useLive();
  const at = hereOf(path);
  return (
    <ol className="path" aria-label={t("path.label")}>
      {path.map((step) => (
        <li
          key={step.key}
          className={cn(
            step.state,
            step === at && "at",
            step.state === "failed" && "danger",
            step.state === "in_doubt" && "unknown",
          )}
          aria-current={step.state === "now" ? "step" : undefined}
        >
          <Icon name={icons[step.state]} />
          <b>{t(step.key === "check" && step.state !== "done" ? "path.checkNow" : `path.${step.key}`)}</b>
          <span className="sr-only">{t(`path.states.${step.state}`)}</span>
          <span className="when">
            <When step={step} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** The step that a narrow screen spells out: the one at work, or where it ended. */
function hereOf(path: PathStep[]): PathStep | undefined {
  const speaking = (step: PathStep) => ["now", "failed", "cancelled", "in_doubt"].includes(step.state);
  return path.find(speaking) ?? path.findLast((step) => step.state === "done") ?? path[0];
}

function When({ step }: { step: PathStep }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  if (step.state === "skipped") return t("path.skipped");
  if (step.count && step.state !== "todo" && step.count.of > 0 && step.durationMs === null)
    return t("path.count", step.count);
  if (step.durationMs !== null && step.key === "run") return formatDuration(step.durationMs, locale);
  if (step.at && step.state === "done") return <ClockTime at={step.at} />;
  return null;
}
