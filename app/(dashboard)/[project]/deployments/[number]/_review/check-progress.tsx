"use client";

import { useTranslations } from "next-intl";
import { useFailureText } from "@/components/failure-text";
import { Mark } from "@/components/mark";
import { ErrorState, Note } from "@/components/states";
import { useLive } from "../_live/live";

const STEPS = ["ledger", "plan", "findings", "shadow", "dry_run", "decide"] as const;

/** While the check is at work: which part; when it could not be done: why. */
export function CheckProgress() {
  const t = useTranslations("deployments");
  const say = useFailureText();
  const { state, check } = useLive();
  if (state === "checking" || (state === "draft" && !check.error)) {
    const at = STEPS.indexOf(check.progress as (typeof STEPS)[number]);
    return (
      <div className="mb-4">
        <p className="lead" role="status">
          {t(`progress.${check.progress ?? "waiting"}`)}
        </p>
        <div
          className="bar-run mt-3"
          role="progressbar"
          aria-label={t("progress.label")}
          aria-valuemin={0}
          aria-valuemax={STEPS.length}
          aria-valuenow={Math.max(0, at)}
        >
          <i style={{ width: `${(100 * Math.max(0.3, at + 0.5)) / STEPS.length}%` }} />
        </div>
      </div>
    );
  }
  if (check.error) {
    const { message, hint } = say(check.error);
    return <ErrorState title={message} hint={hint} />;
  }
  if (check.dryRunError) {
    const { message, hint } = say(check.dryRunError);
    return (
      <div className="mb-4">
        <Note meaning="warning">
          <Mark meaning="warning" className="sr-only" /> <b className="strong">{t("progress.notTried")}</b>{" "}
          {message}
          {hint ? <span className="second">{hint}</span> : null}
        </Note>
      </div>
    );
  }
  return null;
}
