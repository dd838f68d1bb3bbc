"use client";

import { useTranslations } from "next-intl";
import { Mark } from "@/components/mark";
import { EmptyState } from "@/components/states";
import { Skeleton } from "@/components/ui/skeleton";
import type { PlannedMigration } from "@/lib/core/run/types";

export interface PlanView {
  migrations: PlannedMigration[];
  problems: { code: string; message: string }[];
  fromVersion: string | null;
  toVersion: string | null;
  drafts: { filename: string; version: string; name: string }[];
}

/** What would be applied, in order, and what stands in the way. */
export function Plan({ plan }: { plan: PlanView }) {
  const t = useTranslations("deployments");
  if (plan.migrations.length === 0 && plan.problems.length === 0) {
    return (
      <EmptyState
        title={t("new.upToDate")}
        text={t("new.upToDateText", { version: plan.fromVersion ?? "0" })}
      />
    );
  }
  return (
    <>
      {plan.problems.length > 0 ? (
        <ul className="panel proof mb-3">
          {plan.problems.map((problem) => (
            <li key={`${problem.code} ${problem.message}`} className="danger">
              <Mark meaning="danger">
                <span className="sr-only">{t("new.problem")}</span>
              </Mark>
              <span>{problem.message}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {plan.migrations.length > 0 ? (
        <div className="panel">
          <table className="tbl list">
            <thead>
              <tr>
                <th scope="col">{t("new.migration")}</th>
                <th scope="col">{t("new.transaction")}</th>
              </tr>
            </thead>
            <tbody>
              {plan.migrations.map((migration) => (
                <tr key={migration.filename}>
                  <td>
                    <code className="wrap-anywhere">{migration.filename}</code>
                  </td>
                  <td className="muted">{t(`transaction.${migration.transaction}`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </>
  );
}

export function PlanLoading() {
  const t = useTranslations("common");
  return (
    <div className="panel" role="status" aria-busy="true">
      <span className="sr-only">{t("loading")}</span>
      {[280, 320, 240].map((width) => (
        <div key={width} className="px-3 py-[11px] border-b border-border-soft">
          <Skeleton width={width} />
        </div>
      ))}
    </div>
  );
}
