"use client";

import { useTranslations } from "next-intl";
import { Mark } from "@/components/mark";
import { BEFORE_RUN } from "@/lib/core/policy/state-machine";
import type { Severity } from "@/lib/core/risk/types";
import { StateMark } from "../../_components/state-mark";
import { useLive } from "../_live/live";

/** Worst finding and state, at the right of the title. Changes of state are read out. */
export function HeadMarks({ severity }: { severity: Severity | null }) {
  const t = useTranslations("deployments");
  const { state, run } = useLive();
  const waits = state === "running" && run?.waiting;
  return (
    <>
      {waits ? (
        <Mark meaning="warning" tag>
          {t(`waiting.${run.waiting?.kind ?? "lock"}`)}
        </Mark>
      ) : severity && BEFORE_RUN.includes(state) ? (
        <Mark meaning={severity} tag />
      ) : null}
      <span role="status">
        <StateMark state={state} tag />
      </span>
    </>
  );
}
